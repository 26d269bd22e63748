package dev.mto.bootmae;

import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How much the error of a patch counts: m·a + m, with m the mask and a the share of masked patches
 * among the patch and its eight neighbours (those outside the image count as visible). So a patch
 * inside a block counts up to twice as much as a lone one, and a visible patch nothing.
 */
final class MaskWeights {
  private static final int NEIGHBOURHOOD = 9;

  private final INDArray shares;

  MaskWeights(VitConfig vit) {
    int width = vit.gridWidth();
    double[][] values = new double[vit.patches()][vit.patches()];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values.length; j++) {
        boolean near = Math.abs(i / width - j / width) <= 1 && Math.abs(i % width - j % width) <= 1;
        values[i][j] = near ? 1.0 / NEIGHBOURHOOD : 0;
      }
    }
    this.shares = Nd4j.createFromArray(values);
  }

  /** The weights [B, N] of a mask [B, N], 1 = masked. */
  SDVariable of(SameDiff graph, SDVariable mask) {
    SDVariable table = graph.constant("neighbour_shares", shares.castTo(mask.dataType()));
    return mask.mul(mask.mmul(table)).add(mask);
  }

  /** The same of an array, in float64. */
  INDArray of(INDArray mask) {
    INDArray m = mask.castTo(DataType.DOUBLE);
    return m.mul(m.mmul(shares)).addi(m);
  }
}
