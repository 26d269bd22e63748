package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.tensor;

import org.bytedeco.pytorch.Tensor;

/** MAE's fixed positions: sines and cosines of the column, then of the row. */
final class SinCosPositions {

  private static final double BASE = 10_000;

  private SinCosPositions() {}

  /**
   * The table of a square grid, computed in float64 and rounded to float32.
   *
   * @param window patches along one side
   * @param dim width of a token, a multiple of 4
   * @return [1, T, dim], zeros for the class token
   */
  static Tensor table(int window, int dim) {
    int quarter = dim / 4;
    float[] values = new float[(window * window + 1) * dim];
    for (int n = 0; n < window * window; n++) {
      int at = (n + 1) * dim;
      int gridRow = n / window;
      int gridColumn = n % window;
      for (int i = 0; i < quarter; i++) {
        double frequency = Math.pow(BASE, -(double) i / quarter);
        double column = gridColumn * frequency;
        double row = gridRow * frequency;
        values[at + i] = (float) Math.sin(column);
        values[at + quarter + i] = (float) Math.cos(column);
        values[at + 2 * quarter + i] = (float) Math.sin(row);
        values[at + 3 * quarter + i] = (float) Math.cos(row);
      }
    }
    return tensor(values).view(1, -1, dim);
  }
}
