package dev.mto.models.weights;

/**
 * Bicubic interpolation on a grid, equal to PyTorch's {@code interpolate(mode="bicubic",
 * align_corners=False)} without antialiasing: cubic convolution with a = -0.75 around the point
 * {@code (i + 1/2) from/to - 1/2}, points beyond the border repeating it.
 */
final class BicubicResize {
  private static final double A = -0.75;
  private static final int TAPS = 4;

  private BicubicResize() {}

  /** Resizes values [h*w][columns], each column on its own, to another grid. */
  static double[][] resize(double[][] values, PatchGrid from, PatchGrid to) {
    double[][] rows = weights(from.height(), to.height());
    double[][] columns = weights(from.width(), to.width());
    double[][] resized = new double[to.patches()][values[0].length];
    for (int y = 0; y < to.height(); y++) {
      for (int x = 0; x < to.width(); x++) {
        double[] target = resized[y * to.width() + x];
        for (int i = 0; i < TAPS; i++) {
          int row = source(y, i, from.height(), to.height());
          for (int j = 0; j < TAPS; j++) {
            int column = source(x, j, from.width(), to.width());
            add(target, rows[y][i] * columns[x][j], values[row * from.width() + column]);
          }
        }
      }
    }
    return resized;
  }

  private static void add(double[] target, double weight, double[] values) {
    for (int k = 0; k < target.length; k++) {
      target[k] += weight * values[k];
    }
  }

  private static double position(int index, int from, int to) {
    return (index + 0.5) * from / to - 0.5;
  }

  /** The point that a tap reads, of the four around a position. */
  private static int source(int index, int tap, int from, int to) {
    int point = (int) Math.floor(position(index, from, to)) - 1 + tap;
    return Math.max(0, Math.min(from - 1, point));
  }

  /** Weights [to][TAPS] of the four points around each position; each row sums to 1. */
  private static double[][] weights(int from, int to) {
    double[][] weights = new double[to][];
    for (int i = 0; i < to; i++) {
      double position = position(i, from, to);
      double t = position - Math.floor(position);
      weights[i] = new double[] {far(1 + t), near(t), near(1 - t), far(2 - t)};
    }
    return weights;
  }

  /** The kernel at a distance of 0 to 1. */
  private static double near(double x) {
    return ((A + 2) * x - (A + 3)) * x * x + 1;
  }

  /** The kernel at a distance of 1 to 2. */
  private static double far(double x) {
    return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
  }
}
