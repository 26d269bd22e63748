package dev.mto.data.image;

import java.util.random.RandomGenerator;

/**
 * Random erasing (Zhong et al., AAAI 2020) as the official fine-tuning recipes use it, after
 * normalisation: with a probability, one rectangle of an image becomes noise, normal with mean 0
 * and standard deviation 1 for each channel of each pixel. Its area is uniform between 0.02 and 1/3
 * of the image's, its height over width log-uniform between 0.3 and 1/0.3; after ten draws of a
 * rectangle that is as high or as wide as the image, the image stays as it is.
 *
 * @param probability in [0, 1]; 0 for none
 */
public record RandomErasing(double probability) {
  private static final double SMALLEST_AREA = 0.02;
  private static final double LARGEST_AREA = 1 / 3.0;
  private static final double LOG_RATIO = Math.log(1 / 0.3);
  private static final int TRIES = 10;

  /** Checks the range. */
  public RandomErasing {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "the probability of erasing is " + probability + " but must be in [0, 1]");
    }
  }

  /** Leaves every image as it is. */
  public static RandomErasing none() {
    return new RandomErasing(0);
  }

  /**
   * Erases a part of one image, or nothing.
   *
   * @param values holds [C, H, W] from {@code offset} on
   */
  public void apply(
      float[] values, int offset, int channels, int height, int width, RandomGenerator random) {
    if (random.nextDouble() >= probability) {
      return;
    }
    CropBox box = draw(height, width, random);
    if (box == null) {
      return;
    }
    for (int c = 0; c < channels; c++) {
      for (int y = box.top(); y < box.top() + box.height(); y++) {
        int row = offset + (c * height + y) * width;
        for (int x = box.left(); x < box.left() + box.width(); x++) {
          values[row + x] = (float) random.nextGaussian();
        }
      }
    }
  }

  /** Null if no draw is smaller than the image. */
  private static CropBox draw(int imageHeight, int imageWidth, RandomGenerator random) {
    for (int i = 0; i < TRIES; i++) {
      double share = SMALLEST_AREA + (LARGEST_AREA - SMALLEST_AREA) * random.nextDouble();
      double area = share * imageHeight * imageWidth;
      double ratio = StrictMath.exp(LOG_RATIO * (2 * random.nextDouble() - 1));
      int height = (int) Math.rint(Math.sqrt(area * ratio));
      int width = (int) Math.rint(Math.sqrt(area / ratio));
      if (height < imageHeight && width < imageWidth) {
        int top = random.nextInt(imageHeight - height + 1);
        int left = random.nextInt(imageWidth - width + 1);
        return new CropBox(left, top, width, height);
      }
    }
    return null;
  }
}
