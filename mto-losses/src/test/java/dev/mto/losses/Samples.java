package dev.mto.losses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Seeded tokens and masks, and every combination of options. */
final class Samples {

  private Samples() {}

  /** [L+1, B, N, D] normal tokens, float64. */
  static INDArray tokens(long seed, int layers, int batch, int tokens, int dim) {
    double[] values =
        new Random(seed).doubles((long) layers * batch * tokens * dim, -1, 1).toArray();
    return Nd4j.createFromArray(values).reshape('c', layers, batch, tokens, dim);
  }

  /** [B, N] mask whose image b has the b-th number of masked tokens, at seeded places. */
  static INDArray mask(long seed, int tokens, int... maskedCounts) {
    Random random = new Random(seed);
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, maskedCounts.length, tokens);
    for (int image = 0; image < maskedCounts.length; image++) {
      int[] places = random.ints(0, tokens).distinct().limit(maskedCounts[image]).toArray();
      for (int token : places) {
        mask.putScalar(image, token, 1);
      }
    }
    return mask;
  }

  static List<MtoOptions> everyOption() {
    MtoOptions base =
        MtoOptions.defaults().withWeights(new MtoWeights(0.5, 0.25, 0.75)).withEpsilon(1e-3);
    List<MtoOptions> all = new ArrayList<>();
    for (Ranking ranking : Ranking.values()) {
      for (Scale scale : Scale.values()) {
        for (Normalise normalise : Normalise.values()) {
          for (Reduction reduction : Reduction.values()) {
            for (SelfAffinity self : SelfAffinity.values()) {
              all.add(
                  base.withRanking(ranking)
                      .withScale(scale)
                      .withNormalise(normalise)
                      .withReduction(reduction)
                      .withSelfAffinity(self));
            }
          }
        }
      }
    }
    all.addAll(furtherOptions(base));
    return all;
  }

  /** Options beyond the paper, for three layers: each by itself, and together. */
  private static List<MtoOptions> furtherOptions(MtoOptions base) {
    MtoOptions cosines = base.withNormalise(Normalise.L2);
    return List.of(
        base.withTemperature(0.5),
        cosines.withTemperature(0.1),
        cosines.withScale(Scale.SQRT_DIM).withTemperature(3),
        base.withMargin(0.3),
        base.withRanking(Ranking.PRINTED).withMargin(2),
        base.withRankingLayers(0, 2),
        base.withRankingLayers(1, 2).withMargin(0.1),
        base.withSparsityLayers(2),
        base.withSparsityLayers(0, 2).withReduction(Reduction.SUM),
        base.withNormPenalty(0.3, 0.4),
        cosines
            .withTemperature(0.2)
            .withRankingLayers(0, 2)
            .withMargin(0.2)
            .withSparsityLayers(0, 1, 2)
            .withSelfAffinity(SelfAffinity.EXCLUDE)
            .withNormPenalty(2, 0.5));
  }

  /** The weighted sum of the batch means of the losses, by the eager versions. */
  static double weightedSum(INDArray tokens, INDArray mask, MtoOptions options) {
    List<INDArray> layers = new ArrayList<>();
    List<double[]> h = new ArrayList<>();
    for (int layer = 0; layer < tokens.size(0); layer++) {
      layers.add(tokens.slice(layer));
      h.add(EagerMto.heterogeneity(tokens.slice(layer), mask, options));
    }
    MtoWeights weights = options.weights();
    return weights.spa() * mean(EagerMto.sparsity(layers, mask, options))
        + weights.e() * mean(EagerMto.heterogeneityLoss(h.get(0), options))
        + weights.r() * mean(EagerMto.ranking(h, options))
        + options.normPenalty() * EagerMto.normPenalty(layers, options);
  }

  static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }
}
