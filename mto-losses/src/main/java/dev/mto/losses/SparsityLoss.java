package dev.mto.losses;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * L_spa (equation 3): the entropies of the visible tokens' affinity to all tokens of their image,
 * at layer 0. Least when each visible token gives its weight to few others; since masked tokens
 * share theirs equally, these few are visible.
 */
public final class SparsityLoss {

  private SparsityLoss() {}

  /**
   * Adds the loss of each image.
   *
   * @param rowEntropies entropy of each token's row of affinities in nats, {@code [batch, tokens,
   *     1]}
   * @param visibleRows weight of each row, zero at masked tokens, {@code [batch, tokens]}: 1 at
   *     visible tokens for the printed sum, 1 over the image's number of them for the mean
   * @return {@code [batch]}
   */
  public static SDVariable perImage(SDVariable rowEntropies, SDVariable visibleRows) {
    return WeightedRows.sum(rowEntropies, visibleRows);
  }
}
