package dev.mto.models;

/**
 * First values of a block's four weights.
 *
 * @param qkv of [3*inner, D], queries above keys above values
 * @param projection of the attention's output [D, inner]
 * @param fc1 of the MLP's first layer [hidden, D]
 * @param fc2 of the MLP's second layer [D, hidden]
 */
public record BlockWeights(
    Initializer qkv, Initializer projection, Initializer fc1, Initializer fc2) {
  /** The same for all four. */
  public static BlockWeights all(Initializer weight) {
    return new BlockWeights(weight, weight, weight, weight);
  }

  /**
   * BEiT's: the last weight of both branches of block {@code index} (from 0) divided by √(2·(index
   * + 1)).
   */
  public static BlockWeights rescaled(Initializer weight, int index) {
    Initializer last = weight.dividedBy(Math.sqrt(2.0 * (index + 1)));
    return new BlockWeights(weight, last, weight, last);
  }
}
