package dev.mto.bootmae;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The squared error of all patches of a batch, each times its weight, over the number of masked
 * patches.
 *
 * @param mask [B, N], 1 = masked
 * @param weights [B, N]
 */
record WeightedError(SDVariable mask, SDVariable weights) {
  /**
   * The mean error, a scalar.
   *
   * @param target [B*N, K]
   * @param predicted likewise
   * @param values K
   */
  SDVariable of(SDVariable target, SDVariable predicted, int values) {
    SDVariable errors = predicted.sub(target);
    // (1, B*N) x (B*N, K), added up
    SDVariable sum = weights.reshape(1, -1).mmul(errors.mul(errors)).sum();
    return sum.div(values).div(mask.sum());
  }
}
