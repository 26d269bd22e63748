package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class MaskedTokenOptimizationTest {

  private static final MtoOptions OPTIONS =
      MtoOptions.defaults().withWeights(new MtoWeights(1, 2, 3));

  private final SameDiff sd = SameDiff.create();
  private final INDArray values = Samples.tokens(1, 4, 2, 6, 4);
  private final SDVariable mask = sd.placeHolder("mask", DataType.DOUBLE, -1, 6);

  private List<SDVariable> layers(int first, int last) {
    return List.of(
        sd.var("h" + first, values.slice(first).dup('c')),
        sd.var("h" + last, values.slice(last).dup('c')));
  }

  @Test
  void twoDecodersInOneGraphHaveTheirOwnTermsAndGradients() {
    MtoTerms pixel = MaskedTokenOptimization.add(sd, "pixel", layers(0, 1), mask, OPTIONS);
    MtoTerms feature = MaskedTokenOptimization.add(sd, "feature", layers(2, 3), mask, OPTIONS);
    SDVariable loss = pixel.weighted().add("loss", feature.weighted());
    sd.setLossVariables(loss);
    INDArray masks = Samples.mask(2, 6, 3, 4);
    Map<String, INDArray> gradients =
        sd.calculateGradients(Map.of("mask", masks), "h0", "h1", "h2", "h3");

    for (int first : new int[] {0, 2}) {
      INDArray alone = values.get(NDArrayIndex.interval(first, first + 2));
      Graph graph = new Graph(alone.dup('c'), masks, DataType.DOUBLE, OPTIONS);
      String name = first == 0 ? "pixel" : "feature";
      assertThat(sd.outputSingle(Map.of("mask", masks), name + "/weighted").getDouble(0))
          .isCloseTo(graph.scalar(graph.terms().weighted()), within(1e-12));
      List<INDArray> own = graph.gradients(graph.terms().weighted());
      assertThat(gradients.get("h" + first).distance2(own.get(0))).isLessThan(1e-9);
      assertThat(gradients.get("h" + (first + 1)).distance2(own.get(1))).isLessThan(1e-9);
    }
  }

  @Test
  void theWeightedSumWeighsTheTerms() {
    MtoTerms terms = MaskedTokenOptimization.add(sd, "mto", layers(0, 1), mask, OPTIONS);
    Map<String, INDArray> fed = Map.of("mask", Samples.mask(2, 6, 3, 4));
    double spa = sd.outputSingle(fed, "mto/spa").getDouble(0);
    double e = sd.outputSingle(fed, "mto/e").getDouble(0);
    double r = sd.outputSingle(fed, "mto/r").getDouble(0);
    assertThat(sd.outputSingle(fed, terms.weighted().name()).getDouble(0))
        .isCloseTo(spa + 2 * e + 3 * r, within(1e-12));
  }

  @Test
  void aWeightOfZeroGivesNoGradient() {
    MtoOptions off = OPTIONS.withWeights(new MtoWeights(0, 0, 0));
    Graph graph = new Graph(values, Samples.mask(2, 6, 3, 4), DataType.DOUBLE, off);
    for (INDArray gradient : graph.gradients(graph.terms().weighted())) {
      assertThat(gradient.norm2Number().doubleValue()).isZero();
    }
  }

  @Test
  void factorsChangeTheWeightsBetweenRuns() {
    SDVariable spa = sd.var("spa", Nd4j.scalar(1.0));
    SDVariable e = sd.var("e", Nd4j.scalar(1.0));
    SDVariable r = sd.var("r", Nd4j.scalar(1.0));
    MtoTerms terms =
        MaskedTokenOptimization.add(
            sd, "mto", layers(0, 1), mask, OPTIONS, MtoVariables.none().withFactors(spa, e, r));
    Map<String, INDArray> fed = Map.of("mask", Samples.mask(2, 6, 3, 4));
    double[] values =
        Stream.of(terms.spa(), terms.e(), terms.r())
            .mapToDouble(term -> sd.outputSingle(fed, term.name()).getDouble(0))
            .toArray();
    for (double[] factors : new double[][] {{1, 1, 1}, {0.5, 0, 0.25}, {0, 0, 0}}) {
      spa.getArr().assign(factors[0]);
      e.getArr().assign(factors[1]);
      r.getArr().assign(factors[2]);
      double expected =
          factors[0] * values[0] + 2 * factors[1] * values[1] + 3 * factors[2] * values[2];
      assertThat(sd.outputSingle(fed, terms.weighted().name()).getDouble(0))
          .isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void aLearnedTemperatureGivesTheValuesOfTheFixedOneAndItsGradient() {
    MtoOptions options = OPTIONS.withNormalise(Normalise.L2);
    INDArray masks = Samples.mask(2, 6, 3, 4);
    SDVariable log = sd.var("log_temperature", Nd4j.scalar(Math.log(0.3)));
    MtoTerms terms =
        MaskedTokenOptimization.add(
            sd,
            "mto",
            layers(0, 1),
            mask,
            options,
            MtoVariables.none().withTemperature(sd.math().exp(log)));
    sd.setLossVariables(terms.weighted());
    Map<String, INDArray> fed = Map.of("mask", masks);
    INDArray tokens = values.get(NDArrayIndex.interval(0, 2)).dup('c');

    assertThat(sd.outputSingle(fed, terms.weighted().name()).getDouble(0))
        .isCloseTo(Samples.weightedSum(tokens, masks, options.withTemperature(0.3)), within(1e-11));
    double step = 1e-5;
    double above = options(tokens, masks, options, Math.log(0.3) + step);
    double below = options(tokens, masks, options, Math.log(0.3) - step);
    assertThat(sd.calculateGradients(fed, "log_temperature").get("log_temperature").getDouble(0))
        .isNotZero()
        .isCloseTo((above - below) / (2 * step), within(1e-7));
  }

  private static double options(
      INDArray tokens, INDArray masks, MtoOptions options, double logTemperature) {
    return Samples.weightedSum(tokens, masks, options.withTemperature(Math.exp(logTemperature)));
  }

  @Test
  void fixedVisibleTokensGetNoGradientAndMaskedOnesTheirOwn() {
    MtoOptions all = OPTIONS.withSparsityLayers(0, 1).withNormPenalty(1, 0.3);
    INDArray masks = Samples.mask(2, 6, 3, 4);
    Graph moved = new Graph(values, masks, DataType.DOUBLE, all);
    Graph fixed =
        new Graph(values, masks, DataType.DOUBLE, all.withVisibleTokens(VisibleTokens.FIXED));

    assertThat(fixed.scalar(fixed.terms().weighted()))
        .isEqualTo(moved.scalar(moved.terms().weighted()));
    List<INDArray> expected = moved.gradients(moved.terms().weighted());
    List<INDArray> actual = fixed.gradients(fixed.terms().weighted());
    for (int layer = 0; layer < 4; layer++) {
      for (int image = 0; image < 2; image++) {
        for (int token = 0; token < 6; token++) {
          INDArray gradient = actual.get(layer).slice(image).slice(token);
          INDArray own = expected.get(layer).slice(image).slice(token);
          assertThat(own.norm2Number().doubleValue()).isPositive();
          if (masks.getDouble(image, token) == 1) {
            assertThat(gradient.distance2(own)).isLessThan(1e-12);
          } else {
            assertThat(gradient.norm2Number().doubleValue()).isZero();
          }
        }
      }
    }
  }

  @Test
  void normsAreMeansOverTheTokensOfEachKind() {
    INDArray masks = Samples.mask(2, 6, 3, 4);
    TokenNorms norms = TokenNorms.add(sd, "mto", layers(0, 1), mask);
    for (int layer = 0; layer < 2; layer++) {
      double[] sums = new double[2];
      for (int image = 0; image < 2; image++) {
        double[] counts = {6 - 3 - image, 3 + image};
        for (int token = 0; token < 6; token++) {
          int kind = masks.getInt(image, token);
          INDArray vector = values.slice(layer).slice(image).slice(token);
          sums[kind] += vector.norm2Number().doubleValue() / counts[kind] / 2;
        }
      }
      Map<String, INDArray> fed = Map.of("mask", masks);
      assertThat(sd.outputSingle(fed, norms.visible().get(layer).name()).getDouble(0))
          .isCloseTo(sums[0], within(1e-12));
      assertThat(sd.outputSingle(fed, "mto/masked_norm" + layer).getDouble(0))
          .isCloseTo(sums[1], within(1e-12));
    }
  }

  @Test
  void aPenaltyOfTokensNoLongerThanTheReferenceIsZero() {
    INDArray masks = Samples.mask(2, 6, 3, 4);
    Graph graph =
        new Graph(values, masks, DataType.DOUBLE, OPTIONS.withNormPenalty(1, 1)); // |x| < 1
    assertThat(graph.scalar(graph.terms().normPenalty())).isZero();
    // twice as long as the reference: (4 - 1)² for each token
    Graph longer =
        new Graph(
            Nd4j.valueArrayOf(new long[] {2, 2, 6, 4}, 0.5, DataType.DOUBLE),
            masks,
            DataType.DOUBLE,
            OPTIONS.withNormPenalty(1, 0.25));
    assertThat(longer.scalar(longer.terms().normPenalty())).isCloseTo(9, within(1e-12));
  }

  @Test
  void refusesLayersThatAreNotThere() {
    MtoOptions ranking = OPTIONS.withRankingLayers(0, 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedTokenOptimization.add(sd, "mto", layers(0, 1), mask, ranking))
        .withMessageContaining("ranking layers are [0, 2]")
        .withMessageContaining("layers 0 to 1");
    MtoOptions sparsity = OPTIONS.withSparsityLayers(5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedTokenOptimization.add(sd, "mto", layers(2, 3), mask, sparsity))
        .withMessageContaining("sparsity layers are [5]");
  }

  @Test
  void refusesANameUsedBefore() {
    MaskedTokenOptimization.add(sd, "mto", layers(0, 1), mask, OPTIONS);
    List<SDVariable> others = layers(2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedTokenOptimization.add(sd, "mto", others, mask, OPTIONS))
        .withMessageContaining("\"mto\"")
        .withMessageContaining("choose another");
  }

  @Test
  void refusesASingleLayer() {
    List<SDVariable> single = layers(0, 1).subList(0, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedTokenOptimization.add(sd, "mto", single, mask, OPTIONS))
        .withMessageContaining("1 layers")
        .withMessageContaining("needs 2");
  }

  @Test
  void refusesTokensOfMixedTypes() {
    SDVariable single = sd.placeHolder("float", DataType.FLOAT, -1, 6, 4);
    List<SDVariable> mixed = List.of(layers(0, 1).get(0), single);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MaskedTokenOptimization.add(sd, "mto", mixed, mask, OPTIONS))
        .withMessageContaining("layer 1")
        .withMessageContaining("FLOAT");
  }

  @Test
  void refusesHalfPrecision() {
    SDVariable half = sd.placeHolder("half", DataType.FLOAT16, -1, 6, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> MaskedTokenOptimization.add(sd, "mto", List.of(half, half), mask, OPTIONS))
        .withMessageContaining("HALF")
        .withMessageContaining("cast");
  }

  @Test
  void refusesTokensThatAreNotBatchTokensDim() {
    SDVariable flat = sd.placeHolder("flat", DataType.DOUBLE, -1, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> MaskedTokenOptimization.add(sd, "mto", List.of(flat, flat), mask, OPTIONS))
        .withMessageContaining("\"flat\"")
        .withMessageContaining("rank 2")
        .withMessageContaining("[batch, tokens, dim]");
  }
}
