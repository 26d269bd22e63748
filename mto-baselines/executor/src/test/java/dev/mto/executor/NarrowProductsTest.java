package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.nd4j.linalg.api.buffer.DataType.FLOAT;

import dev.mto.executor.TinyModel.Kind;
import dev.mto.executor.kernels.Products;
import dev.mto.executor.kernels.TestedKernels;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Plans whose matrix products have operands of bfloat16. */
class NarrowProductsTest {
  private static final SessionOptions NARROW =
      SessionOptions.defaults().withProducts(Products.BFLOAT16);

  @BeforeEach
  void assumeBfloat16() {
    TestedKernels.assumeBfloat16();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void valuesAndGradientsAreThoseOfFloat32WithinTheRoundingOfOperands(Kind kind) {
    TinyModel model = kind.build(FLOAT);
    try (GraphSession narrow = model.session(NARROW.profiled());
        GraphSession wide = model.session()) {
      Results rounded = Results.of(narrow, model.feeds(3, 1), model.values());
      Results exact = Results.of(wide, model.feeds(3, 1), model.values());
      rounded.assertCloseTo(exact, 0.1);
      assertThat(rounded.gradients()).isNotEqualTo(exact.gradients());
      assertThat(narrow.profile()).containsKey("cast");
    }
  }

  @Test
  void linearLayersAndAttentionAreRoundedAndSumsAreNot() {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", FLOAT, 1, 2);
    SDVariable weight = graph.var("weight", Nd4j.createFromArray(new float[][] {{1}, {1}}));
    SDVariable y = x.mmul(weight);
    y.rename("y");
    y.sum().rename("loss");
    try (GraphSession session = GraphSession.forward(graph, NARROW)) {
      float fine = 1 + 1f / 512; // an eighth bit after the point is kept, a ninth is not
      assertThat(only(session, Nd4j.createFromArray(new float[][] {{fine, 0}}))).isEqualTo(1f);
      float eighth = 1f / 128;
      assertThat(only(session, Nd4j.createFromArray(new float[][] {{256, eighth}})))
          .isEqualTo(256 + eighth);
    }
  }

  /** Such as the shares by which a loss weighs its patches. */
  @Test
  void aConstantIsNoLinearLayer() {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", FLOAT, 1, 2);
    SDVariable shares = graph.constant(Nd4j.createFromArray(new float[][] {{1f / 9}, {1}}));
    x.mmul(shares).rename("y").sum().rename("loss");
    try (GraphSession session = GraphSession.forward(graph, NARROW)) {
      assertThat(only(session, Nd4j.createFromArray(new float[][] {{1, 0}}))).isEqualTo(1f / 9);
    }
  }

  private static float only(GraphSession session, INDArray x) {
    return Results.of(session, Map.of("x", x), List.of("y")).values().get("y").getFloat(0);
  }

  @Tag("large")
  @ParameterizedTest
  @EnumSource(Kind.class)
  void activationsTakeLessMemory(Kind kind) {
    TinyModel model = kind.build(FLOAT);
    try (GraphSession narrow = model.session(NARROW);
        GraphSession wide = model.session()) {
      Results.of(narrow, model.feeds(100, 1), List.of(model.loss()));
      Results.of(wide, model.feeds(100, 1), List.of(model.loss()));
      assertThat(narrow.bytesHeld() / (double) wide.bytesHeld()).isBetween(0.4, 0.75);
    }
  }

  @Test
  void whatLayerScaleMultipliesWaitsForItsGradientRounded() {
    SameDiff graph = SameDiff.create();
    SDVariable tokens = graph.placeHolder("x", FLOAT, -1, 16);
    List<String> scales = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      SDVariable weight = graph.var("weight" + i, TinyModel.gaussian(i, 16, 16).castTo(FLOAT));
      SDVariable scale = graph.var("scale" + i, TinyModel.gaussian(20 + i, 1, 16).castTo(FLOAT));
      tokens = tokens.add(tokens.mmul(weight).mul(scale.mul(0.05)));
      scales.add("scale" + i);
    }
    SDVariable loss = tokens.mul(tokens).mean();
    loss.rename("loss");
    Map<String, INDArray> feeds = Map.of("x", TinyModel.gaussian(50, 1000, 16).castTo(FLOAT));
    try (GraphSession narrow = GraphSession.withGradients(graph, loss, scales, NARROW);
        GraphSession wide = GraphSession.withGradients(graph, loss, scales)) {
      Results exact = Results.of(wide, feeds, List.of("loss"));
      Results.of(narrow, feeds, List.of("loss")).assertCloseTo(exact, 0.05);
      assertThat(narrow.bytesHeld() / (double) wide.bytesHeld()).isBetween(0.4, 0.65);
      Plans.assertCompiled(narrow, scales);
    }
  }

  @Test
  void whatALossMultipliesIsNotRounded() {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", FLOAT, 1, 2);
    SDVariable weight = graph.var("weight", Nd4j.createFromArray(new float[][] {{1}, {1}}));
    SDVariable mask = graph.placeHolder("mask", FLOAT, 1, 1);
    mask.mul(x.mmul(weight)).sum().rename("y");
    float eighth = 1f / 128;
    Map<String, INDArray> feeds =
        Map.of(
            "x",
            Nd4j.createFromArray(new float[][] {{256, eighth}}),
            "mask",
            Nd4j.createFromArray(new float[][] {{1}}));
    try (GraphSession session = GraphSession.forward(graph, NARROW)) {
      assertThat(Results.of(session, feeds, List.of("y")).values().get("y").getFloat(0))
          .isEqualTo(256 + eighth);
    }
  }

  @Test
  void affinitiesAndEntropiesOfMtoStayAsTheyAre() {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", FLOAT, -1, 7, 5);
    SDVariable mask = graph.placeHolder("mask", FLOAT, -1, 7);
    SDVariable scale = graph.var("scale", TinyModel.gaussian(1, 1, 1, 5).castTo(FLOAT));
    List<SDVariable> layers = List.of(x.mul(scale), x.mul(scale).mul(scale));
    MtoTerms terms = MaskedTokenOptimization.add(graph, "mto", layers, mask, TinyModel.MTO);
    Map<String, INDArray> feeds =
        Map.of(
            "x", TinyModel.gaussian(2, 2, 7, 5).castTo(FLOAT),
            "mask", TinyModel.mask(new Random(1), 7, 3, 3).castTo(FLOAT));
    List<String> values = List.of(terms.weighted().name());
    try (GraphSession narrow =
            GraphSession.withGradients(graph, terms.weighted(), List.of("scale"), NARROW);
        GraphSession wide = GraphSession.withGradients(graph, terms.weighted(), List.of("scale"))) {
      Results.of(narrow, feeds, values).assertSameBitsAs(Results.of(wide, feeds, values));
      Plans.assertCompiled(narrow, List.of("scale"));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void gradientsOfParametersAreNotRounded(Kind kind) {
    TinyModel model = kind.build(FLOAT);
    try (GraphSession session = model.session(NARROW)) {
      Map<String, INDArray> gradients =
          Results.of(session, model.feeds(3, 1), model.values()).gradients();
      assertThat(gradients.values())
          .allMatch(gradient -> gradient.length() == 1 || !isRounded(gradient));
    }
  }

  private static boolean isRounded(INDArray array) {
    return array.ravel().toFloatVector().length
        == java.util.stream.IntStream.range(0, (int) array.length())
            .filter(i -> (Float.floatToIntBits(array.ravel().getFloat(i)) & 0xffff) == 0)
            .count();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sessionsAndRecomputationGiveTheSameBits(Kind kind) {
    TinyModel model = kind.build(FLOAT);
    try (GraphSession one = model.session(NARROW);
        GraphSession other = model.session(NARROW);
        GraphSession recomputed = model.session(NARROW.withRecompute(true))) {
      for (int seed = 0; seed < 2; seed++) {
        Results results = Results.of(one, model.feeds(3, seed), List.of(model.loss()));
        results.assertSameBitsAs(Results.of(other, model.feeds(3, seed), List.of(model.loss())));
        results.assertSameBitsAs(
            Results.of(recomputed, model.feeds(3, seed), List.of(model.loss())));
      }
    }
  }
}
