package dev.mto.models.weights;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Position tables of one grid of patches made to fit another, by bicubic interpolation as PyTorch's
 * {@code interpolate(mode="bicubic", align_corners=False)} computes it without antialiasing: cubic
 * convolution around the point {@code (i + 1/2) from/to - 1/2}, points beyond the border repeating
 * it. Rows of class tokens are kept. A table for its own grid stays equal.
 */
public final class PositionResize {
  private static final int CLASS_ROWS = 1;
  private static final int CLASS_DISTANCES = 3;

  /** The parameter of the cubic convolution. */
  private static final double A = -0.75;

  private static final int TAPS = 4;

  private PositionResize() {}

  /**
   * Resizes absolute positions, as MAE's and DeiT's fine-tuning do.
   *
   * @param table [1, 1+h*w, D], the class token's row first, of a floating type
   * @return [1, 1+h'*w', D] of the same type
   * @throws IllegalArgumentException when the table is not of the grid {@code from}
   */
  public static INDArray absolute(INDArray table, PatchGrid from, PatchGrid to) {
    long[] shape = table.shape();
    if (shape.length != 3 || shape[0] != 1 || shape[1] != CLASS_ROWS + from.patches()) {
      throw new IllegalArgumentException(
          "a position table of shape %s is not [1, %d, D], the class token and %d x %d patches"
              .formatted(
                  Arrays.toString(shape),
                  CLASS_ROWS + from.patches(),
                  from.height(),
                  from.width()));
    }
    double[][] rows = rows(table.reshape('c', shape[1], shape[2]));
    double[][] resized = bicubic(Arrays.copyOfRange(rows, 1, rows.length), from, to);
    double[][] all = new double[CLASS_ROWS + resized.length][];
    all[0] = rows[0];
    System.arraycopy(resized, 0, all, CLASS_ROWS, resized.length);
    return Nd4j.createFromArray(all).castTo(table.dataType()).reshape('c', 1, all.length, shape[2]);
  }

  /**
   * Resizes relative position biases, on the grid of distances. This differs from fine-tuning in
   * BEiT and SimMIM, which place the old distances in a geometric progression, dense near 0, and
   * fit a spline through them. Plain bicubic interpolation, that of Swin, has no ratio to search
   * for, leaves a table of the same grid as it is, and fits grids that are not square.
   *
   * @param table [(2h-1)(2w-1)+3, heads], the three rows of the class token last
   * @return [(2h'-1)(2w'-1)+3, heads] of the same type
   * @throws IllegalArgumentException when the table is not of the grid {@code from}
   */
  public static INDArray relative(INDArray table, PatchGrid from, PatchGrid to) {
    int distances = from.distances().patches();
    if (table.rank() != 2 || table.size(0) != distances + CLASS_DISTANCES) {
      throw new IllegalArgumentException(
          "a relative position table of shape %s is not [%d, heads], that of %d x %d patches"
              .formatted(
                  Arrays.toString(table.shape()),
                  distances + CLASS_DISTANCES,
                  from.height(),
                  from.width()));
    }
    double[][] rows = rows(table);
    double[][] resized = bicubic(Arrays.copyOf(rows, distances), from.distances(), to.distances());
    double[][] all = Arrays.copyOf(resized, resized.length + CLASS_DISTANCES);
    System.arraycopy(rows, distances, all, resized.length, CLASS_DISTANCES);
    return Nd4j.createFromArray(all).castTo(table.dataType());
  }

  private static double[][] rows(INDArray table) {
    if (!table.dataType().isFPType()) {
      throw new IllegalArgumentException(
          "a position table of type " + table.dataType() + " has no values between its own");
    }
    return table.castTo(DataType.DOUBLE).toDoubleMatrix();
  }

  /** Resizes values [h*w][columns], each column on its own, to another grid. */
  static double[][] bicubic(double[][] values, PatchGrid from, PatchGrid to) {
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
