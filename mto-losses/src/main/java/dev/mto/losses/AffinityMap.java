package dev.mto.losses;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Affinities of the tokens of one image in one layer, as arrays to look at (Fig. 2 of the paper).
 * In plain double arithmetic, whatever the tokens' type.
 */
public final class AffinityMap {

  private AffinityMap() {}

  /**
   * The affinity of every token to every token, before the row softmax.
   *
   * @param tokens {@code [tokens, dim]}
   * @return {@code [tokens, tokens]}, float64
   */
  public static INDArray scores(INDArray tokens, MtoOptions options) {
    return Nd4j.createFromArray(PlainAffinity.scores(matrix(tokens), options));
  }

  /**
   * The affinity of every token to every token, each row a probability distribution.
   *
   * @param tokens {@code [tokens, dim]}
   * @return {@code [tokens, tokens]}, float64
   */
  public static INDArray softmax(INDArray tokens, MtoOptions options) {
    return Nd4j.createFromArray(softmaxRows(PlainAffinity.scores(matrix(tokens), options)));
  }

  /**
   * The affinity A of equation 2: each masked token's probability distribution over the visible
   * tokens.
   *
   * @param tokens {@code [tokens, dim]}
   * @param mask {@code [tokens]}, 1 = masked
   * @return {@code [masked, visible]} in the tokens' order, float64
   * @throws IllegalArgumentException if the mask is not 0/1 or lacks masked or visible tokens
   */
  public static INDArray maskedToVisible(INDArray tokens, INDArray mask, MtoOptions options) {
    MaskCheck.require(mask.reshape(1, mask.length()));
    boolean[] masked = PlainAffinity.masked(mask.toDoubleVector());
    double[][] rows = PlainAffinity.maskedRows(matrix(tokens), masked, options);
    return Nd4j.createFromArray(softmaxRows(rows));
  }

  private static double[][] matrix(INDArray tokens) {
    if (tokens.rank() != 2) {
      throw new IllegalArgumentException(
          "tokens have rank " + tokens.rank() + ", but must be [tokens, dim] of one image");
    }
    return tokens.toDoubleMatrix();
  }

  private static double[][] softmaxRows(double[][] scores) {
    for (int row = 0; row < scores.length; row++) {
      scores[row] = PlainAffinity.softmax(scores[row]);
    }
    return scores;
  }
}
