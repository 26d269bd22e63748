package dev.mto.data.pixels;

import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * RandAugment (Cubuk et al., NeurIPS 2020) in the variant of the official fine-tuning recipes,
 * whose name in timm is {@code rand-m9-mstd0.5-inc1}: operations are drawn with replacement from
 * fifteen that are stronger at a larger magnitude, and each is applied with probability 0.5.
 * Colours follow Pillow on 8-bit images; what moves into the image has the mean colour of the
 * normalisation. The colour operation does nothing to a grey image.
 *
 * @param operations how many are drawn for an image; 0 for none
 * @param magnitude mean strength of an operation, in [0, 10]
 * @param magnitudeStd standard deviation of the normal strength, which is clipped to [0, 10]
 * @param interpolation how rotated, sheared and shifted images are resampled
 */
public record RandAugment(
    int operations, double magnitude, double magnitudeStd, Interpolation interpolation) {
  private static final double PROBABILITY = 0.5;
  private static final RandAugmentOperation[] ALL = RandAugmentOperation.values();

  /** Checks ranges. */
  public RandAugment {
    if (operations < 0) {
      throw new IllegalArgumentException(
          "the number of operations is " + operations + " but must be at least 0");
    }
    if (!(magnitude >= 0 && magnitude <= RandAugmentOperation.LARGEST_MAGNITUDE)) {
      throw new IllegalArgumentException(
          "the magnitude is " + magnitude + " but must be in [0, 10]");
    }
    if (!(magnitudeStd >= 0 && Double.isFinite(magnitudeStd))) {
      throw new IllegalArgumentException(
          "the magnitude's standard deviation is %s but must be finite and at least 0"
              .formatted(magnitudeStd));
    }
    Objects.requireNonNull(interpolation, "interpolation");
  }

  /** Leaves every image as it is. */
  public static RandAugment none() {
    return new RandAugment(0, 0, 0, Interpolation.BILINEAR);
  }

  /**
   * Changes an image where it is, or gives another.
   *
   * @param fill [C], colour of what moves into the image
   */
  public Pixels apply(Pixels image, byte[] fill, RandomGenerator random) {
    Pixels result = image;
    for (int i = 0; i < operations; i++) {
      RandAugmentOperation operation = ALL[random.nextInt(ALL.length)];
      if (random.nextDouble() < PROBABILITY) {
        double argument = operation.argument(drawMagnitude(random), random.nextDouble() < 0.5);
        result = operation.apply(result, argument, interpolation, fill);
      }
    }
    return result;
  }

  private double drawMagnitude(RandomGenerator random) {
    double drawn = magnitude + magnitudeStd * random.nextGaussian();
    return Math.max(0, Math.min(RandAugmentOperation.LARGEST_MAGNITUDE, drawn));
  }
}
