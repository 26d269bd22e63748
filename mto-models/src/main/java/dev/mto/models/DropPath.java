package dev.mto.models;

import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Factors of stochastic depth [2*depth, B]: row 2i for the attention branch of block i, row 2i+1
 * for its MLP branch; 0 drops the branch of that image, 1/keep makes up for it in the others.
 */
public final class DropPath {
  private DropPath() {}

  /** Random factors for training. */
  public static INDArray sample(
      VitConfig config, int batch, DataType type, RandomGenerator random) {
    INDArray factors = keepAll(config, batch, type);
    for (int block = 0; block < config.depth(); block++) {
      double keep = 1 - config.dropPathRate(block);
      for (int row = 2 * block; row < 2 * block + 2; row++) {
        for (int image = 0; image < batch; image++) {
          factors.putScalar(row, image, random.nextDouble() < keep ? 1 / keep : 0);
        }
      }
    }
    return factors;
  }

  /** Factors of 1, which drop nothing: for evaluation. */
  public static INDArray keepAll(VitConfig config, int batch, DataType type) {
    return Nd4j.ones(type, 2L * config.depth(), batch);
  }
}
