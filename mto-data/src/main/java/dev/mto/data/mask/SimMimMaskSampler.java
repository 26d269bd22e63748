package dev.mto.data.mask;

import dev.mto.data.random.RandomStream;
import java.util.random.RandomGenerator;

/**
 * SimMIM's mask: the grid is cut into square units, and the first {@code ceil(units * ratio)} of a
 * random permutation of them are masked (Xie et al., 2022).
 *
 * @param height tokens of the grid from top to bottom
 * @param width tokens of the grid from left to right
 * @param unit side of a masked unit in tokens (its pixels divided by those of a patch)
 * @param ratio share of the units that are masked, in (0, 1)
 */
public record SimMimMaskSampler(int height, int width, int unit, double ratio)
    implements MaskSampler {

  public SimMimMaskSampler {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "the grid of tokens is " + height + "x" + width + " but needs at least 1x1");
    }
    if (unit < 1 || height % unit != 0 || width % unit != 0) {
      throw new IllegalArgumentException(
          ("a mask unit of %s tokens does not divide the grid of %sx%s tokens:"
                  + " choose masking.unit so that patch divides it and it divides the image")
              .formatted(unit, height, width));
    }
    if (!(ratio > 0 && ratio < 1)) {
      throw new IllegalArgumentException(
          "the mask ratio is %s but must be between 0 and 1, both excluded, such as 0.6"
              .formatted(ratio));
    }
    int units = (height / unit) * (width / unit);
    if ((int) Math.ceil(units * ratio) >= units) {
      throw new IllegalArgumentException(
          "the mask ratio %s masks all %s units of the image: lower the ratio or use smaller units"
              .formatted(ratio, units));
    }
  }

  /** Masked units of every image. */
  public int maskedUnits() {
    return (int) Math.ceil((height / unit) * (width / unit) * ratio);
  }

  /** Masked tokens of every image. */
  public int maskedTokens() {
    return maskedUnits() * unit * unit;
  }

  @Override
  public Mask sample(RandomGenerator image, RandomGenerator step) {
    int columns = width / unit;
    int[] order = RandomStream.permutation((height / unit) * columns, image);
    boolean[] masked = new boolean[height * width];
    for (int i = 0; i < maskedUnits(); i++) {
      int top = order[i] / columns * unit;
      int left = order[i] % columns * unit;
      for (int row = top; row < top + unit; row++) {
        for (int column = left; column < left + unit; column++) {
          masked[row * width + column] = true;
        }
      }
    }
    return Mask.of(masked);
  }
}
