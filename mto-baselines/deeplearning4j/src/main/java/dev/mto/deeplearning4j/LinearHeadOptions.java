package dev.mto.deeplearning4j;

import dev.mto.engine.errors.UserException;

/**
 * How a {@link LinearHead} is trained.
 *
 * @param epochs passes over the features
 * @param batch features in a step; the last of an epoch may have fewer
 * @param learningRate of the first step
 * @param l2 weight of half the squared norm of the weights in the loss
 * @param seed of the order of features
 */
public record LinearHeadOptions(int epochs, int batch, double learningRate, double l2, long seed) {
  /** Checks ranges. */
  public LinearHeadOptions {
    if (epochs < 1 || batch < 1 || !(learningRate > 0) || !(l2 >= 0)) {
      throw new UserException(
          "a linear head needs at least 1 epoch, a batch of at least 1, a learning rate above 0 and"
              + " an L2 weight of at least 0");
    }
  }

  /** 100 epochs of batches of 100, a learning rate of 0.01, L2 of 0.001. */
  public static LinearHeadOptions usual(long seed) {
    return new LinearHeadOptions(100, 100, 0.01, 0.001, seed);
  }
}
