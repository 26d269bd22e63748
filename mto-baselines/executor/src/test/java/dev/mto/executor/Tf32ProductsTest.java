package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.TinyModel.Kind;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.kernels.Products;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoTerms;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Which products of a plan a GPU may do by TF32. How a real one rounds is not known here. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class Tf32ProductsTest {
  private static final String BY_TF32 = "products by TF32";
  private static final SessionOptions TF32 = SessionOptions.defaults().withProducts(Products.TF32);

  @ParameterizedTest
  @EnumSource(Kind.class)
  void valuesAndGradientsAreThoseOfFloat32WithinTheRoundingOfOperands(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession rounding = model.session(TF32);
              GraphSession exact = model.session()) {
            long before = gpu.count(BY_TF32);
            Results expected = Results.of(exact, model.feeds(2, 1), model.values());
            assertThat(gpu.count(BY_TF32)).isEqualTo(before);
            long others = gpu.count("other products");
            Results rounded = Results.of(rounding, model.feeds(2, 1), model.values());
            assertThat(gpu.count(BY_TF32)).isGreaterThan(before + 20);
            assertThat(gpu.count("other products"))
                .as("of MTO, and sums over rows")
                .isGreaterThan(others + 5);
            rounded.assertCloseTo(expected, 0.02);
            assertThat(rounded.gradients()).isNotEqualTo(expected.gradients());
          }
          return null;
        });
  }

  @Test
  void linearLayersAreRoundedAndSumsAreNot() {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", DataType.FLOAT, 1, 2);
    SDVariable weight = graph.var("weight", Nd4j.createFromArray(new float[][] {{1}, {1}}));
    x.mmul(weight).rename("y");
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession session = GraphSession.forward(graph, TF32)) {
            assertThat(only(session, 1 + 1f / 4096, 0)).as("12 bits after the point").isEqualTo(1);
            assertThat(only(session, 1 + 1f / 1024, 0)).isEqualTo(1 + 1f / 1024);
            assertThat(only(session, 1024, 1f / 1024)).isEqualTo(1024 + 1f / 1024);
          }
          return null;
        });
  }

  private static float only(GraphSession session, float first, float second) {
    INDArray x = Nd4j.createFromArray(new float[][] {{first, second}});
    return Results.of(session, Map.of("x", x), List.of("y")).values().get("y").getFloat(0);
  }

  @Test
  void affinitiesAndEntropiesOfMtoStayAsTheyAre() {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", DataType.FLOAT, -1, 7, 5);
    SDVariable mask = graph.placeHolder("mask", DataType.FLOAT, -1, 7);
    SDVariable scale = graph.var("scale", TinyModel.gaussian(1, 1, 1, 5).castTo(DataType.FLOAT));
    List<SDVariable> layers = List.of(x.mul(scale), x.mul(scale).mul(scale));
    MtoTerms terms = MaskedTokenOptimization.add(graph, "mto", layers, mask, TinyModel.MTO);
    Map<String, INDArray> feeds =
        Map.of(
            "x", TinyModel.gaussian(2, 2, 7, 5).castTo(DataType.FLOAT),
            "mask", TinyModel.mask(new Random(1), 7, 3, 3).castTo(DataType.FLOAT));
    EmulatedCuda.during(
        gpu -> {
          long before = gpu.count(BY_TF32);
          try (GraphSession session =
              GraphSession.withGradients(graph, terms.weighted(), List.of("scale"), TF32)) {
            Results.of(session, feeds, List.of(terms.weighted().name()));
            Plans.assertCompiled(session, List.of("scale"));
          }
          assertThat(gpu.count(BY_TF32)).isEqualTo(before);
          return null;
        });
  }

  /** Which keeps what only products read as bfloat16, and rounds nothing to TF32 besides. */
  @Test
  void bfloat16IsNotMixedWithTf32() {
    TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          long before = gpu.count(BY_TF32);
          try (GraphSession session =
              model.session(SessionOptions.defaults().withProducts(Products.BFLOAT16))) {
            Results.of(session, model.feeds(2, 1), model.values());
          }
          assertThat(gpu.count(BY_TF32)).isEqualTo(before);
          return null;
        });
  }
}
