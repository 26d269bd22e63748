package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.Normalise;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.losses.Scale;
import dev.mto.losses.SelfAffinity;
import dev.mto.losses.VisibleTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every variant of MTO by a plan, against the same float32 graph operation by operation. */
class PlannedOptionsTest {
  private static final int TOKENS = 7;
  private static final int DIM = 5;
  private static final List<String> PARAMETERS = List.of("weight0", "weight1", "weight2");
  private static final double TOLERANCE = 1e-4;

  /** Options, and whether a plan is made for them. */
  private record Variant(String name, MtoOptions options, boolean compiled) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Variant> variants() {
    MtoOptions plain = TinyModel.MTO;
    return Stream.of(
        new Variant("plain", plain, true),
        new Variant("scaled", plain.withScale(Scale.SQRT_DIM), true),
        new Variant("normalised", plain.withNormalise(Normalise.L2), true),
        new Variant("ranked as printed", plain.withRanking(Ranking.PRINTED), true),
        new Variant("summed", plain.withReduction(Reduction.SUM), true),
        new Variant(
            "all of them",
            plain
                .withScale(Scale.SQRT_DIM)
                .withNormalise(Normalise.L2)
                .withRanking(Ranking.PRINTED)
                .withReduction(Reduction.SUM),
            true),
        new Variant("of cosines over a temperature", cosines(plain), true),
        new Variant("with a margin", plain.withMargin(0.2), true),
        new Variant("of some layers", plain.withRankingLayers(0, 2).withSparsityLayers(1, 2), true),
        new Variant("with short tokens", plain.withNormPenalty(0.01, 0.6), true),
        new Variant("of fixed visible tokens", plain.withVisibleTokens(VisibleTokens.FIXED), true),
        new Variant("without self", plain.withSelfAffinity(SelfAffinity.EXCLUDE), false),
        new Variant(
            "without self, summed",
            plain.withSelfAffinity(SelfAffinity.EXCLUDE).withReduction(Reduction.SUM),
            false));
  }

  private static MtoOptions cosines(MtoOptions plain) {
    return plain.withNormalise(Normalise.L2).withTemperature(0.3);
  }

  @BeforeEach
  void assumeFast() {
    Plans.assumeFast();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void everyStepGivesTheSameWithUpdatesBetween(Variant variant) {
    assertSameSteps(variant, new int[][] {{3, 3, 3}, {1, 3, 5}, {2, 4}, {3, 3, 3}});
  }

  private static void assertSameSteps(Variant variant, int[][] maskedInStep) {
    List<String> values = new ArrayList<>();
    SameDiff graph = SameDiff.create();
    SDVariable loss = build(graph, variant.options(), values);
    double[] lossInStep = new double[maskedInStep.length];
    try (GraphSession planned = GraphSession.withGradients(graph, loss, PARAMETERS);
        GraphSession standard =
            GraphSession.withGradients(graph, loss, PARAMETERS, SessionOptions.standard())) {
      for (int step = 0; step < maskedInStep.length; step++) {
        Map<String, INDArray> feeds = feeds(step, maskedInStep[step]);
        Results expected = Results.of(standard, feeds, values);
        assertThat(expected.gradients()).containsOnlyKeys(PARAMETERS);

        Results actual = Results.of(planned, feeds, values);

        actual.assertCloseTo(expected, TOLERANCE);
        lossInStep[step] = actual.values().get(loss.name()).getDouble(0);
        expected.gradients().forEach((name, g) -> graph.getArrForVarName(name).subi(g.mul(0.02)));
      }
      if (variant.compiled()) {
        Plans.assertCompiled(planned, PARAMETERS);
      }
    }
    assertThat(lossInStep).doesNotHaveDuplicates();
  }

  /** Three residual layers of tokens, whose last output and MTO are the loss. */
  private static SDVariable build(SameDiff graph, MtoOptions options, List<String> values) {
    SDVariable tokens = graph.placeHolder("x", DataType.FLOAT, -1, TOKENS, DIM);
    SDVariable mask = graph.placeHolder("mask", DataType.FLOAT, -1, TOKENS);
    List<SDVariable> layers = new ArrayList<>();
    for (int i = 0; i < PARAMETERS.size(); i++) {
      SDVariable weight =
          graph.var(PARAMETERS.get(i), TinyModel.gaussian(10 + i, DIM, DIM).muli(0.3));
      // (B, N, D) -> (B*N, D) -> (B, N, D)
      SDVariable change = tokens.reshape(-1, DIM).mmul(weight).reshape(-1, TOKENS, DIM);
      tokens = tokens.add(change);
      layers.add(tokens);
    }
    MtoTerms terms = MaskedTokenOptimization.add(graph, "mto", layers, mask, options);
    SDVariable loss = tokens.mul(tokens).mean().mul(0.1).add(terms.weighted()).rename("loss");
    values.add(loss.name());
    Stream.of(terms.spa(), terms.e(), terms.r(), terms.weighted())
        .map(SDVariable::name)
        .forEach(values::add);
    terms.heterogeneity().forEach(h -> values.add(h.name()));
    return loss;
  }

  private static Map<String, INDArray> feeds(long seed, int... masked) {
    INDArray mask = TinyModel.mask(new Random(seed), TOKENS, masked);
    return Map.of(
        "x", TinyModel.gaussian(seed, masked.length, TOKENS, DIM).muli(0.7), "mask", mask);
  }
}
