package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.Normalise;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.losses.Scale;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** MTO in float32 by a compiled plan against float64, operation by operation. */
class PlannedMtoTest {
  private static final int TOKENS = 7;
  private static final int DIM = 5;

  /** Standard deviation of the weights. */
  private static final double SIZE = 0.4;

  private static final List<String> WEIGHTS = List.of("first", "second");

  static Stream<MtoOptions> options() {
    List<MtoOptions> all = new ArrayList<>();
    for (Ranking ranking : Ranking.values()) {
      for (Scale scale : Scale.values()) {
        for (Normalise normalise : Normalise.values()) {
          for (Reduction reduction : Reduction.values()) {
            all.add(
                TinyModel.MTO
                    .withRanking(ranking)
                    .withScale(scale)
                    .withNormalise(normalise)
                    .withReduction(reduction));
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("options")
  void everyOptionGivesTheSameValuesAndGradients(MtoOptions options) {
    for (int[] masked : new int[][] {{3, 3, 3}, {1, 5, 3}}) {
      Results single = run(DataType.FLOAT, options, SIZE, masked);
      single.assertCloseTo(run(DataType.DOUBLE, options, SIZE, masked), 5e-5);
      assertThat(single.gradients()).containsOnlyKeys(WEIGHTS);
    }
  }

  @Test
  void alikeTokensKeepTheirGradients() {
    int[] masked = {3, 3, 3};
    Results single = run(DataType.FLOAT, TinyModel.MTO, 0.05, masked);
    single.assertCloseTo(run(DataType.DOUBLE, TinyModel.MTO, 0.05, masked), 2e-3);
  }

  @Test
  void largeTokensStayFinite() {
    Results single = run(DataType.FLOAT, TinyModel.MTO, 60, 3, 2, 3);
    single.values().forEach((name, value) -> assertFinite(name, value));
    single.gradients().forEach((name, gradient) -> assertFinite(name, gradient));
  }

  @Test
  void onlyMasksOfOneSizeTakeTheEntropiesOfTheMaskedRowsAlone() {
    Plans.assumeFast();
    try (Mto mto = new Mto(DataType.FLOAT, TinyModel.MTO, SIZE)) {
      Results.of(mto.session, feeds(DataType.FLOAT, 1, 5, 3), mto.values);
      assertThat(mto.session.profile()).doesNotContainKey("row entropy");
      Results.of(mto.session, feeds(DataType.FLOAT, 3, 3, 3), mto.values);
      assertThat(mto.session.profile()).containsKeys("row entropy", "row entropy gradient");
    }
  }

  private static void assertFinite(String name, INDArray array) {
    assertThat(array.sumNumber().doubleValue()).as(name).isFinite();
  }

  private static Results run(DataType type, MtoOptions options, double size, int... masked) {
    try (Mto mto = new Mto(type, options, size)) {
      Results results = Results.of(mto.session, feeds(type, masked), mto.values);
      if (type == DataType.FLOAT) {
        Plans.assertCompiled(mto.session, WEIGHTS);
      }
      return results;
    }
  }

  private static Map<String, INDArray> feeds(DataType type, int... masked) {
    INDArray mask = TinyModel.mask(new Random(1), TOKENS, masked);
    Map<String, INDArray> feeds = new LinkedHashMap<>();
    feeds.put("x", TinyModel.gaussian(2, masked.length, TOKENS, DIM).castTo(type));
    feeds.put("mask", mask.castTo(type));
    return feeds;
  }

  /** Two linear layers and their MTO. */
  private static final class Mto implements AutoCloseable {
    final GraphSession session;
    final List<String> values = new ArrayList<>();

    Mto(DataType type, MtoOptions options, double size) {
      SameDiff graph = SameDiff.create();
      SDVariable x = graph.placeHolder("x", type, -1, TOKENS, DIM);
      SDVariable mask = graph.placeHolder("mask", type, -1, TOKENS);
      List<SDVariable> layers = new ArrayList<>();
      SDVariable layer = x;
      for (String name : WEIGHTS) {
        INDArray weight = TinyModel.gaussian(name.hashCode(), DIM, DIM).mul(size);
        SDVariable rows = layer.reshape(-1, DIM).mmul(graph.var(name, weight.castTo(type)));
        layer = rows.reshape(-1, TOKENS, DIM);
        layers.add(layer);
      }
      MtoTerms terms = MaskedTokenOptimization.add(graph, "mto", layers, mask, options);
      for (SDVariable term : List.of(terms.spa(), terms.e(), terms.r(), terms.weighted())) {
        values.add(term.name());
      }
      terms.heterogeneityPerImage().forEach(h -> values.add(h.name()));
      session =
          GraphSession.withGradients(
              graph, terms.weighted(), WEIGHTS, SessionOptions.defaults().profiled());
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
