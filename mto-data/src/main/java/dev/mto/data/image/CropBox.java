package dev.mto.data.image;

import java.util.Random;

/** A rectangle inside an image, in pixels. */
record CropBox(int left, int top, int width, int height) {
  private static final int TRIES = 10;

  /**
   * torchvision's {@code RandomResizedCrop.get_params}: up to ten draws of area and log-uniform
   * ratio, then the largest centred crop of an allowed ratio.
   */
  static CropBox draw(int imageHeight, int imageWidth, Augmentation range, Random random) {
    double area = (double) imageHeight * imageWidth;
    double logMin = Math.log(range.ratioMin());
    double logMax = Math.log(range.ratioMax());
    for (int i = 0; i < TRIES; i++) {
      double target = area * uniform(range.scaleMin(), range.scaleMax(), random);
      double ratio = Math.exp(uniform(logMin, logMax, random));
      long width = (long) Math.rint(Math.sqrt(target * ratio));
      long height = (long) Math.rint(Math.sqrt(target / ratio));
      if (width > 0 && width <= imageWidth && height > 0 && height <= imageHeight) {
        int top = random.nextInt(imageHeight - (int) height + 1);
        int left = random.nextInt(imageWidth - (int) width + 1);
        return new CropBox(left, top, (int) width, (int) height);
      }
    }
    return fallback(imageHeight, imageWidth, range);
  }

  /** One draw of area and log-uniform ratio, its sides cut to the image's. */
  static CropBox drawOnce(int imageHeight, int imageWidth, Augmentation range, Random random) {
    double target =
        (double) imageHeight * imageWidth * uniform(range.scaleMin(), range.scaleMax(), random);
    double ratio =
        Math.exp(uniform(Math.log(range.ratioMin()), Math.log(range.ratioMax()), random));
    int width = side(Math.sqrt(target * ratio), imageWidth);
    int height = side(Math.sqrt(target / ratio), imageHeight);
    int top = random.nextInt(imageHeight - height + 1);
    int left = random.nextInt(imageWidth - width + 1);
    return new CropBox(left, top, width, height);
  }

  private static int side(double length, int largest) {
    return (int) Math.max(1, Math.min(Math.rint(length), largest));
  }

  static CropBox fallback(int imageHeight, int imageWidth, Augmentation range) {
    double ratio = (double) imageWidth / imageHeight;
    int width = imageWidth;
    int height = imageHeight;
    if (ratio < range.ratioMin()) {
      height = Math.max(1, (int) Math.rint(imageWidth / range.ratioMin()));
    } else if (ratio > range.ratioMax()) {
      width = Math.max(1, (int) Math.rint(imageHeight * range.ratioMax()));
    }
    return centred(
        imageHeight, imageWidth, Math.min(height, imageHeight), Math.min(width, imageWidth));
  }

  static CropBox centred(int imageHeight, int imageWidth, int height, int width) {
    return new CropBox((imageWidth - width) / 2, (imageHeight - height) / 2, width, height);
  }

  private static double uniform(double low, double high, Random random) {
    return low + (high - low) * random.nextDouble();
  }
}
