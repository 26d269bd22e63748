package dev.mto.losses;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Refuses masks for which MTO is not defined, before they are fed to a graph. */
public final class MaskCheck {

  private MaskCheck() {}

  /**
   * Requires a 0/1 mask with at least one visible and one masked token in every image.
   *
   * @param mask {@code [batch, tokens]} of any numeric type, 1 = masked
   * @throws IllegalArgumentException if it is not that; the message names the image and its counts
   */
  public static void require(INDArray mask) {
    if (mask.rank() != 2) {
      throw new IllegalArgumentException(
          "mask has rank " + mask.rank() + ", but must be [batch, tokens]");
    }
    for (int image = 0; image < mask.size(0); image++) {
      requireImage(mask, image);
    }
  }

  private static void requireImage(INDArray mask, int image) {
    long tokens = mask.size(1);
    long masked = 0;
    for (long token = 0; token < tokens; token++) {
      double value = mask.getDouble(image, token);
      if (value != 0 && value != 1) {
        throw new IllegalArgumentException(
            "mask of image %d is %s at token %d, but must be 0 (visible) or 1 (masked)"
                .formatted(image, value, token));
      }
      masked += (long) value;
    }
    if (masked == 0 || masked == tokens) {
      throw new IllegalArgumentException(
          "mask of image %d leaves %d visible and %d masked tokens, but needs at least one of each: "
                  .formatted(image, tokens - masked, masked)
              + "change the mask ratio");
    }
  }
}
