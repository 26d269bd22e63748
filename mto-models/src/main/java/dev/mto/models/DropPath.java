package dev.mto.models;

import java.util.random.RandomGenerator;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Factors of stochastic depth [2*depth, B]: row 2i for the attention branch of block i, row 2i+1
 * for its MLP branch; 0 drops the branch of that image, 1/keep makes up for it in the others.
 */
public final class DropPath {
  private DropPath() {}

  /**
   * Random factors for training.
   *
   * @param rate drop path rate of the last block, rising linearly from 0 in the first
   */
  public static INDArray sample(
      int depth, double rate, int batch, DataType type, RandomGenerator random) {
    INDArray factors = keepAll(depth, batch, type);
    for (int block = 0; block < depth; block++) {
      double keep = 1 - rate(block, depth, rate);
      for (int row = 2 * block; row < 2 * block + 2; row++) {
        for (int image = 0; image < batch; image++) {
          factors.putScalar(row, image, random.nextDouble() < keep ? 1 / keep : 0);
        }
      }
    }
    return factors;
  }

  /** Drop path rate of the block with this 0-based index. */
  public static double rate(int block, int depth, double last) {
    return depth == 1 ? 0 : last * block / (depth - 1);
  }

  /** Factors of 1, which drop nothing: for evaluation. */
  public static INDArray keepAll(int depth, int batch, DataType type) {
    return Nd4j.ones(type, 2L * depth, batch);
  }

  /** The factors of every branch of an encoder's blocks, each [B, 1, 1] or, for none, null. */
  static SDVariable[] branches(SDVariable factors, int depth) {
    return factors == null
        ? new SDVariable[2 * depth]
        : factors.getSameDiff().unstack(factors.reshape(2L * depth, -1, 1, 1), 0, 2 * depth);
  }
}
