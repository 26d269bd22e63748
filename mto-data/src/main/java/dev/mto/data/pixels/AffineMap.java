package dev.mto.data.pixels;

/**
 * Where a point (x, y) of the result lies in the source, in pixels: (ax + by + c, dx + ey + f). The
 * centre of the pixel in column i and row j is (i + 0.5, j + 0.5).
 */
record AffineMap(double a, double b, double c, double d, double e, double f) {
  /** Turns the content counter-clockwise about the centre of the image. */
  static AffineMap rotation(double degrees, int height, int width) {
    double angle = Math.toRadians(-degrees);
    double cos = rounded(StrictMath.cos(angle));
    double sin = rounded(StrictMath.sin(angle));
    double x = width / 2.0;
    double y = height / 2.0;
    return new AffineMap(cos, sin, -cos * x - sin * y + x, -sin, cos, sin * x - cos * y + y);
  }

  /** To 15 digits, so that the sine of 30 degrees is one half. */
  private static double rounded(double value) {
    return Math.rint(value * 1e15) / 1e15;
  }

  /** Row y moves left by {@code share} of y. */
  static AffineMap shearX(double share) {
    return new AffineMap(1, share, 0, 0, 1, 0);
  }

  /** Column x moves up by {@code share} of x. */
  static AffineMap shearY(double share) {
    return new AffineMap(1, 0, 0, share, 1, 0);
  }

  /** The content moves left by {@code x} and up by {@code y} pixels. */
  static AffineMap translation(double x, double y) {
    return new AffineMap(1, 0, x, 0, 1, y);
  }

  double sourceX(double x, double y) {
    return a * x + b * y + c;
  }

  double sourceY(double x, double y) {
    return d * x + e * y + f;
  }
}
