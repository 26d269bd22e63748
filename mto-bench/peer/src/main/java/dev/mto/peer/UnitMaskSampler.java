package dev.mto.peer;

import java.util.Random;

/** SimMIM's masks: a random ceil(ratio * units) of the square mask units of an image. */
final class UnitMaskSampler {

  private final int window;
  private final int unitPatches;
  private final int maskedUnits;
  private final int unitsAlong;
  private final Random random;

  /**
   * @param unit side of a mask unit in pixels
   * @param ratio share of the units to mask, above 0 and below 1
   */
  UnitMaskSampler(VitShape shape, int unit, double ratio, long seed) {
    if (unit < shape.patch() || unit % shape.patch() != 0 || shape.image() % unit != 0) {
      throw new IllegalArgumentException(
          "unit "
              + unit
              + ": a mask unit must be a multiple of the patch "
              + shape.patch()
              + " and divide the image "
              + shape.image()
              + "; change --unit");
    }
    if (!(ratio > 0 && ratio < 1)) {
      throw new IllegalArgumentException(
          "mask ratio " + ratio + ": must be above 0 and below 1; change --mask-ratio");
    }
    window = shape.window();
    unitPatches = unit / shape.patch();
    unitsAlong = shape.image() / unit;
    maskedUnits = (int) Math.ceil(unitsAlong * unitsAlong * ratio);
    random = new Random(seed);
  }

  /** Row-major 0/1 mask of the N patch tokens of one image, 1 = masked. */
  long[] next() {
    boolean[] units = new boolean[unitsAlong * unitsAlong];
    for (int left = maskedUnits; left > 0; ) {
      int unit = random.nextInt(units.length);
      if (!units[unit]) {
        units[unit] = true;
        left--;
      }
    }
    long[] mask = new long[window * window];
    for (int n = 0; n < mask.length; n++) {
      int row = n / window / unitPatches;
      int column = n % window / unitPatches;
      mask[n] = units[row * unitsAlong + column] ? 1 : 0;
    }
    return mask;
  }

  /** Independent masks of {@code batch} images. */
  long[][] next(int batch) {
    long[][] masks = new long[batch][];
    for (int b = 0; b < batch; b++) {
      masks[b] = next();
    }
    return masks;
  }
}
