package dev.mto.data.pixels;

/**
 * How pixels are resampled. Enlarging uses OpenCV's kernel of that name; where both sides shrink,
 * both use area averaging, because OpenCV's bilinear and bicubic kernels do not filter and would
 * alias (Pillow, which the official implementations use, filters).
 */
public enum Interpolation {
  BILINEAR,
  BICUBIC
}
