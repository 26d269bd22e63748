package dev.mto.speed.gpu;

/**
 * Largest differences between a step on a GPU and one of the processor in float32 that rounding
 * explains. For operands that are rounded they are of the size that the processor's own bfloat16
 * shows; no GPU has been seen.
 *
 * @param loss relative difference of the losses
 * @param gradients {@code ||g - g'|| / ||g'||} over all parameters together
 */
record ParityBounds(double loss, double gradients) {
  static ParityBounds of(String precision) {
    return switch (precision) {
      case "float32" -> new ParityBounds(1e-4, 1e-3);
      case "tf32" -> new ParityBounds(1e-3, 0.01);
      case "bfloat16" -> new ParityBounds(1e-3, 0.05);
      default -> throw new IllegalArgumentException("no bounds for " + precision);
    };
  }
}
