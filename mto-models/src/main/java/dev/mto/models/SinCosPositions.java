package dev.mto.models;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Fixed two-dimensional sine-cosine position tables [1, 1+N, D]: a quarter of the channels each for
 * sine and cosine of both coordinates, with frequencies 10000^(-i/(D/4)); the class token's row is
 * zero. The official MAE computes in float64 and rounds to float32; MoCo v3 and BootMAE compute in
 * float32, which moves the last digits of a table.
 */
public final class SinCosPositions {
  private static final double TEMPERATURE = 10000;

  private SinCosPositions() {}

  /** [sin(c·w), cos(c·w), sin(r·w), cos(r·w)] for row r, column c: MAE (He et al., CVPR 2022). */
  public static INDArray columnFirst(int gridHeight, int gridWidth, int dim) {
    return table(gridHeight, gridWidth, dim, true);
  }

  /** [sin(r·w), cos(r·w), sin(c·w), cos(c·w)] for row r, column c: MoCo v3 and BootMAE. */
  public static INDArray rowFirst(int gridHeight, int gridWidth, int dim) {
    return table(gridHeight, gridWidth, dim, false);
  }

  private static INDArray table(int gridHeight, int gridWidth, int dim, boolean columnFirst) {
    if (dim % 4 != 0) {
      throw new IllegalArgumentException(
          "a sine-cosine position table needs a dim that is a multiple of 4, not "
              + dim
              + "; choose "
              + Math.max(4, dim / 4 * 4));
    }
    int quarter = dim / 4;
    int patches = gridHeight * gridWidth;
    float[] table = new float[(1 + patches) * dim];
    for (int patch = 0; patch < patches; patch++) {
      int row = patch / gridWidth;
      int column = patch % gridWidth;
      int at = (1 + patch) * dim;
      for (int i = 0; i < quarter; i++) {
        double a = columnFirst ? angle(column, i, quarter) : floatAngle(row, i, quarter);
        double b = columnFirst ? angle(row, i, quarter) : floatAngle(column, i, quarter);
        table[at + i] = (float) Math.sin(a);
        table[at + quarter + i] = (float) Math.cos(a);
        table[at + 2 * quarter + i] = (float) Math.sin(b);
        table[at + 3 * quarter + i] = (float) Math.cos(b);
      }
    }
    return Nd4j.create(table, new long[] {1, 1 + patches, dim}, 'c').castTo(DataType.FLOAT);
  }

  private static double angle(int place, int i, int quarter) {
    return place * (1 / Math.pow(TEMPERATURE, (double) i / quarter));
  }

  /** The same rounded to float32 after every operation. */
  private static float floatAngle(int place, int i, int quarter) {
    return place * (1 / (float) Math.pow(TEMPERATURE, (float) i / quarter));
  }
}
