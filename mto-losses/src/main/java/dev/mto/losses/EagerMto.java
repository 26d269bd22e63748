package dev.mto.losses;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Heterogeneity and the MTO losses of arrays, image by image: for analysis, and as the reference
 * that the graph is tested against. In plain double arithmetic, whatever the tokens' type; slow,
 * and without gradients.
 */
public final class EagerMto {

  private EagerMto() {}

  /**
   * H (equation 2) of one layer.
   *
   * @param tokens {@code [batch, tokens, dim]}
   * @param mask {@code [batch, tokens]}, 1 = masked
   * @return H of each image, in nats
   * @throws IllegalArgumentException if the mask is refused by {@link MaskCheck}
   */
  public static double[] heterogeneity(INDArray tokens, INDArray mask, MtoOptions options) {
    MaskCheck.require(mask);
    double[] h = new double[images(mask)];
    for (int image = 0; image < h.length; image++) {
      double[][] rows =
          PlainAffinity.maskedRows(tokensOf(tokens, image), masked(mask, image), options);
      h[image] = totalEntropy(rows) / rows.length;
    }
    return h;
  }

  /**
   * L_spa (equation 3) of one layer; the loss takes layer 0.
   *
   * @param tokens {@code [batch, tokens, dim]}
   * @param mask {@code [batch, tokens]}, 1 = masked
   * @return L_spa of each image, in nats
   * @throws IllegalArgumentException if the mask is refused by {@link MaskCheck}
   */
  public static double[] sparsity(INDArray tokens, INDArray mask, MtoOptions options) {
    MaskCheck.require(mask);
    double[] loss = new double[images(mask)];
    for (int image = 0; image < loss.length; image++) {
      double[][] rows =
          PlainAffinity.visibleRows(tokensOf(tokens, image), masked(mask, image), options);
      loss[image] =
          switch (options.reduction()) {
            case SUM -> totalEntropy(rows);
            case MEAN -> totalEntropy(rows) / rows.length;
          };
    }
    return loss;
  }

  /**
   * L_spa (equation 3) as the options ask for it: the mean over their layers.
   *
   * @param tokens of layers 0 to L, each {@code [batch, tokens, dim]}
   * @param mask {@code [batch, tokens]}, 1 = masked
   * @return L_spa of each image, in nats
   * @throws IllegalArgumentException if the mask is refused by {@link MaskCheck}
   */
  public static double[] sparsity(List<INDArray> tokens, INDArray mask, MtoOptions options) {
    List<double[]> layers =
        options.sparsityLayers().stream()
            .map(layer -> sparsity(tokens.get(layer), mask, options))
            .toList();
    double[] loss = new double[images(mask)];
    Arrays.setAll(
        loss, image -> layers.stream().mapToDouble(layer -> layer[image]).average().orElseThrow());
    return loss;
  }

  /**
   * The penalty on long tokens, see {@link MtoOptions#normPenalty}, before its weight.
   *
   * @param tokens of layers 0 to L, each {@code [batch, tokens, dim]}
   */
  public static double normPenalty(List<INDArray> tokens, MtoOptions options) {
    return NormPenalty.of(tokens, options);
  }

  /**
   * L_e (equation 6).
   *
   * @param initial H of layer 0 of each image, in nats
   * @return L_e of each image
   */
  public static double[] heterogeneityLoss(double[] initial, MtoOptions options) {
    return Arrays.stream(initial).map(h -> 1 / (h + options.epsilon())).toArray();
  }

  /**
   * L_r (equation 7).
   *
   * @param heterogeneity for layers 0 to L, H of each image, in nats
   * @return L_r of each image
   */
  public static double[] ranking(List<double[]> heterogeneity, MtoOptions options) {
    List<double[]> ranked = options.ranked(heterogeneity);
    double[] loss = new double[heterogeneity.get(0).length];
    for (int layer = 1; layer < ranked.size(); layer++) {
      for (int image = 0; image < loss.length; image++) {
        double rise = ranked.get(layer)[image] - ranked.get(layer - 1)[image];
        loss[image] +=
            switch (options.ranking()) {
              case DESCRIBED -> softplus(rise + options.margin());
              case PRINTED -> softplus(-rise + options.margin());
            };
      }
    }
    return loss;
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double totalEntropy(double[][] rows) {
    return Arrays.stream(rows).mapToDouble(PlainAffinity::entropy).sum();
  }

  private static int images(INDArray mask) {
    return Math.toIntExact(mask.size(0));
  }

  private static double[][] tokensOf(INDArray tokens, int image) {
    if (tokens.rank() != 3) {
      throw new IllegalArgumentException(
          "tokens have rank " + tokens.rank() + ", but must be [batch, tokens, dim]");
    }
    return tokens.slice(image).toDoubleMatrix();
  }

  private static boolean[] masked(INDArray mask, int image) {
    return PlainAffinity.masked(mask.slice(image).toDoubleVector());
  }
}
