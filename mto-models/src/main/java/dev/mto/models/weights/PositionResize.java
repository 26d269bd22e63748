package dev.mto.models.weights;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Position tables of one grid of patches made to fit another, by bicubic interpolation as PyTorch's
 * {@code interpolate(mode="bicubic", align_corners=False)} computes it. Rows of class tokens are
 * kept. A table for its own grid stays equal.
 */
public final class PositionResize {
  private static final int CLASS_ROWS = 1;
  private static final int CLASS_DISTANCES = 3;

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
    double[][] resized = BicubicResize.resize(Arrays.copyOfRange(rows, 1, rows.length), from, to);
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
    double[][] resized =
        BicubicResize.resize(Arrays.copyOf(rows, distances), from.distances(), to.distances());
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
}
