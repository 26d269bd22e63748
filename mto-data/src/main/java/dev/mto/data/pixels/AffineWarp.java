package dev.mto.data.pixels;

/**
 * Moves the pixels of an image by an affine map, resampled as Pillow does: the cubic kernel has the
 * slope -1 at distance 1, edge pixels are repeated outside, results are truncated, and a pixel
 * whose centre comes from outside the image gets the fill colour. OpenCV's {@code warpAffine} has
 * another cubic kernel, rounds positions to 1/32 pixel and blends the fill into the edge.
 */
final class AffineWarp {
  private final byte[] source;
  private final int height;
  private final int width;
  private final int channels;
  private final byte[] result;

  private AffineWarp(Pixels image) {
    source = image.values();
    height = image.height();
    width = image.width();
    channels = image.channels();
    result = new byte[source.length];
  }

  /**
   * The moved image.
   *
   * @param fill [C], in the order of the image's channels
   */
  static Pixels apply(Pixels image, AffineMap map, Interpolation interpolation, byte[] fill) {
    AffineWarp warp = new AffineWarp(image);
    for (int row = 0, at = 0; row < warp.height; row++) {
      for (int column = 0; column < warp.width; column++, at += warp.channels) {
        double x = map.sourceX(column + 0.5, row + 0.5);
        double y = map.sourceY(column + 0.5, row + 0.5);
        if (!(x >= 0 && x < warp.width && y >= 0 && y < warp.height)) {
          System.arraycopy(fill, 0, warp.result, at, warp.channels);
        } else if (interpolation == Interpolation.BILINEAR) {
          warp.bilinear(x - 0.5, y - 0.5, at);
        } else {
          warp.bicubic(x - 0.5, y - 0.5, at);
        }
      }
    }
    return image.with(warp.result);
  }

  private void bilinear(double x, double y, int at) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double right = x - left;
    double down = y - top;
    int x0 = column(left);
    int x1 = column(left + 1);
    int y0 = row(top);
    int y1 = row(top + 1);
    for (int c = 0; c < channels; c++) {
      double upper = mixed(value(y0 + x0 + c), value(y0 + x1 + c), right);
      double lower = mixed(value(y1 + x0 + c), value(y1 + x1 + c), right);
      result[at + c] = (byte) (int) mixed(upper, lower, down);
    }
  }

  private void bicubic(double x, double y, int at) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double right = x - left;
    double down = y - top;
    int x0 = column(left - 1);
    int x1 = column(left);
    int x2 = column(left + 1);
    int x3 = column(left + 2);
    int y0 = row(top - 1);
    int y1 = row(top);
    int y2 = row(top + 1);
    int y3 = row(top + 2);
    for (int c = 0; c < channels; c++) {
      double value =
          cubic(
              alongRow(y0 + c, x0, x1, x2, x3, right),
              alongRow(y1 + c, x0, x1, x2, x3, right),
              alongRow(y2 + c, x0, x1, x2, x3, right),
              alongRow(y3 + c, x0, x1, x2, x3, right),
              down);
      result[at + c] = (byte) (int) Math.max(0, Math.min(255, value));
    }
  }

  private double alongRow(int row, int x0, int x1, int x2, int x3, double share) {
    return cubic(value(row + x0), value(row + x1), value(row + x2), value(row + x3), share);
  }

  /** From {@code from} at 0 to {@code to} at 1. */
  private static double mixed(double from, double to, double share) {
    return from + (to - from) * share;
  }

  /** The cubic through {@code from} at 0 and {@code to} at 1, by their outer neighbours. */
  private static double cubic(double before, double from, double to, double after, double share) {
    double slope = to - before;
    double square = 2 * (before - from) + to - after;
    double cube = from - before - to + after;
    return from + share * (slope + share * (square + share * cube));
  }

  private int value(int index) {
    return source[index] & 0xFF;
  }

  private int column(int x) {
    return Math.max(0, Math.min(width - 1, x)) * channels;
  }

  private int row(int y) {
    return Math.max(0, Math.min(height - 1, y)) * width * channels;
  }
}
