package dev.mto.data.pixels;

import org.bytedeco.opencv.global.opencv_imgproc;

/**
 * How pixels are resampled. Enlarging uses OpenCV's kernel of that name; where both sides shrink,
 * both use area averaging, because OpenCV's bilinear and bicubic kernels do not filter and would
 * alias (Pillow, which the official implementations use, filters).
 */
public enum Interpolation {
  BILINEAR(opencv_imgproc.INTER_LINEAR),
  BICUBIC(opencv_imgproc.INTER_CUBIC);

  private final int enlarging;

  Interpolation(int enlarging) {
    this.enlarging = enlarging;
  }

  public int openCvFlag(int fromHeight, int fromWidth, int toHeight, int toWidth) {
    boolean shrinks = toHeight <= fromHeight && toWidth <= fromWidth;
    return shrinks ? opencv_imgproc.INTER_AREA : enlarging;
  }
}
