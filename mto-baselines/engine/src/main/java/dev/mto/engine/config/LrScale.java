package dev.mto.engine.config;

/** The number of images for which a base learning rate is meant, or {@code none}. */
public final class LrScale {
  private static final String NONE = "none";

  private LrScale() {}

  public static void check(String key, String images) {
    Rules.require(
        NONE.equals(images) || (images != null && images.matches("[1-9][0-9]{0,8}")),
        key,
        images,
        "a number of images from 1 to 999999999, or none");
  }

  /** What learning rates are multiplied by when a step takes {@code imagesPerStep} images. */
  public static double factor(String images, long imagesPerStep) {
    return NONE.equals(images) ? 1 : (double) imagesPerStep / Integer.parseInt(images);
  }
}
