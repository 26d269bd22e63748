package dev.mto.engine.config;

/**
 * What is masked.
 *
 * @param ratio share of the image that is masked
 * @param unit side of a mask unit in pixels, a multiple of the patch
 */
public record MaskingConfig(double ratio, int unit) {
  /** Checks that something is masked and something stays visible. */
  public MaskingConfig {
    Rules.require(ratio > 0 && ratio < 1, "masking.ratio", ratio, "between 0 and 1, exclusive");
    Rules.positive("masking.unit", unit);
  }
}
