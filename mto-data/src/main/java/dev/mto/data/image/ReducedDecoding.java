package dev.mto.data.image;

import org.bytedeco.opencv.global.opencv_imgcodecs;

/** By how much a JPEG is made smaller while it is decoded: libjpeg takes fewer DCT coefficients. */
enum ReducedDecoding {
  EIGHTH(8, opencv_imgcodecs.IMREAD_REDUCED_COLOR_8),
  QUARTER(4, opencv_imgcodecs.IMREAD_REDUCED_COLOR_4),
  HALF(2, opencv_imgcodecs.IMREAD_REDUCED_COLOR_2),
  NONE(1, opencv_imgcodecs.IMREAD_COLOR);

  /**
   * Sides of the reduced crop / sides of its target, at least. At 2 the result is as close to a
   * Lanczos-filtered one as that of the full resolution, within 0.2 dB on images with a 1 / f²
   * spectrum; at 1.25 it loses 3 dB, because pixels are averaged twice over areas of similar size.
   */
  private static final int SPARE = 2;

  private final int divisor;
  private final int openCvFlag;

  ReducedDecoding(int divisor, int openCvFlag) {
    this.divisor = divisor;
    this.openCvFlag = openCvFlag;
  }

  /** The largest one after which the crop has at least twice its target's sides. */
  static ReducedDecoding largest(CropBox crop, int toHeight, int toWidth) {
    for (ReducedDecoding reduction : values()) {
      long sides = (long) SPARE * reduction.divisor;
      if (crop.height() >= toHeight * sides && crop.width() >= toWidth * sides) {
        return reduction;
      }
    }
    return NONE;
  }

  /** Sides of the original / sides of the decoded image. */
  int divisor() {
    return divisor;
  }

  int openCvFlag() {
    return openCvFlag;
  }

  /**
   * The crop in a decoded image of the given size, to whole pixels: its edges move by at most half
   * a decoded pixel.
   */
  CropBox of(CropBox crop, int decodedHeight, int decodedWidth) {
    int height = Math.min(decodedHeight, nearest(crop.height()));
    int width = Math.min(decodedWidth, nearest(crop.width()));
    return new CropBox(
        Math.min(nearest(crop.left()), decodedWidth - width),
        Math.min(nearest(crop.top()), decodedHeight - height),
        width,
        height);
  }

  private int nearest(int pixels) {
    return Math.round((float) pixels / divisor);
  }
}
