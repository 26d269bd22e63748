package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.state.LiveState;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.SelfAffinity;
import dev.mto.oracle.Bits;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Graphs with operations that no plan is made for run all the same. */
class FallbackTest {
  private static final List<String> WEIGHT = List.of("weight");

  @Test
  void anOperationThatCannotBeCompiledIsRunByTheGraph() {
    SameDiff graph = graph();
    SDVariable loss = graph.math().tanh(product(graph)).sum().rename("loss");
    Map<String, INDArray> feeds = Map.of("x", TinyModel.gaussian(1, 3, 4));
    INDArray product = feeds.get("x").mmul(graph.getArrForVarName("weight"));
    try (GraphSession session = GraphSession.withGradients(graph, loss, WEIGHT)) {
      assertThat(session.differentiable()).containsExactly("weight");
      for (int run = 0; run < 2; run++) {
        Results results = Results.of(session, feeds, List.of("loss"));

        assertThat(results.values().get("loss").getDouble(0))
            .isCloseTo(Transforms.tanh(product).sumNumber().doubleValue(), within(1e-5));
        assertThat(results.gradients()).containsOnlyKeys("weight");
        assertThat(results.gradients().get("weight").norm1Number().doubleValue()).isPositive();
        assertThat(Plans.isCompiled(session, WEIGHT)).isFalse();
      }
    }
  }

  @Test
  void aPartThatIsNotAskedForNeedsNoPlan() {
    SameDiff graph = graph();
    SDVariable product = product(graph);
    graph.math().tanh(product).rename("other");
    SDVariable loss = product.sum().rename("loss");
    Map<String, INDArray> feeds = Map.of("x", TinyModel.gaussian(1, 3, 4));
    try (GraphSession session = GraphSession.withGradients(graph, loss, WEIGHT)) {
      Results planned = Results.of(session, feeds, List.of("loss"));
      Plans.assertCompiled(session, WEIGHT);

      Results later = Results.of(session, feeds, List.of("loss", "other"));

      assertThat(Plans.isCompiled(session, WEIGHT)).isFalse();
      assertThat(later.values()).containsOnlyKeys("loss", "other");
      new Results(Map.of("loss", later.values().get("loss")), later.gradients())
          .assertCloseTo(planned, 1e-6);
    }
  }

  /** The gradient stays on the device until a run needs the graph's own operations. */
  @Test
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void whatADeviceHasComesBackForTheGraph() {
    SameDiff graph = graph();
    SDVariable product = product(graph);
    graph.math().tanh(product).rename("other");
    SDVariable loss = product.sum().rename("loss");
    INDArray weight = graph.getArrForVarName("weight");
    INDArray before = weight.dup();
    Map<String, INDArray> feeds = Map.of("x", TinyModel.gaussian(1, 3, 4));
    LiveState state = new LiveState();
    SessionOptions options = SessionOptions.defaults().withState(state);
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession session = GraphSession.withGradients(graph, loss, WEIGHT, options)) {
            String gradient = session.gradientOf("weight");
            assertThat(session.isOnDevice()).isTrue();
            session.run(
                feeds,
                List.of("loss"),
                computed -> {
                  assertThat(computed).containsOnlyKeys("loss", gradient);
                  return Map.of("again", computed.get("loss"));
                },
                values -> {
                  assertThat(values).containsOnlyKeys("loss", "again");
                  assertThat(Bits.of(values.get("again"))).isEqualTo(Bits.of(values.get("loss")));
                });
            assertThat(weight.getFloat(0)).isNaN();

            session.run(
                feeds,
                List.of("loss", "other"),
                computed -> {
                  throw new AssertionError("on the device");
                },
                values ->
                    assertThat(values)
                        .containsOnlyKeys("loss", "other", session.gradientOf("weight")));
            assertThat(session.isOnDevice()).isFalse();
          }
          return null;
        });
    assertThat(Bits.of(weight)).isEqualTo(Bits.of(before));
  }

  @Test
  void affinitiesWithoutTheTokenItselfGiveTheSameGradients() {
    Results[] results = new Results[2];
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      SameDiff graph = SameDiff.create();
      SDVariable x = graph.placeHolder("x", type, -1, 5, 4);
      SDVariable mask = graph.placeHolder("mask", type, -1, 5);
      SDVariable weight = graph.var("weight", TinyModel.gaussian(3, 4, 4).castTo(type));
      SDVariable layer = x.reshape(-1, 4).mmul(weight).reshape(-1, 5, 4);
      MtoOptions options = TinyModel.MTO.withSelfAffinity(SelfAffinity.EXCLUDE);
      SDVariable loss =
          MaskedTokenOptimization.add(graph, "mto", List.of(layer, layer.add(x)), mask, options)
              .weighted()
              .rename("loss");
      Map<String, INDArray> feeds =
          Map.of(
              "x",
              TinyModel.gaussian(1, 2, 5, 4).castTo(type),
              "mask",
              Nd4j.createFromArray(new float[][] {{0, 1, 0, 1, 0}, {1, 1, 0, 0, 0}}).castTo(type));
      try (GraphSession session = GraphSession.withGradients(graph, loss, WEIGHT)) {
        results[type == DataType.FLOAT ? 0 : 1] = Results.of(session, feeds, List.of("loss"));
      }
    }
    results[0].assertCloseTo(results[1], 1e-5);
  }

  @Test
  void aGraphInFloat64IsRunByTheGraph() {
    SameDiff graph = SameDiff.create();
    graph.var("weight", Nd4j.ones(DataType.DOUBLE, 4, 2));
    SDVariable loss = graph.getVariable("weight").sum().rename("loss");
    try (GraphSession session = GraphSession.withGradients(graph, loss, WEIGHT)) {
      assertThat(Plans.isCompiled(session, WEIGHT)).isFalse();
      assertThat(Results.of(session, Map.of(), List.of("loss")).values().get("loss").getDouble(0))
          .isEqualTo(8);
    }
  }

  /** What plans have no operation for is not computed as if they had. */
  static Stream<Function<SDVariable, SDVariable>> notCompiled() {
    return Stream.of(
        x -> x.getSameDiff().nn().softmax(x, 1),
        x -> x.getSameDiff().nn().relu(x, 1),
        x -> x.getSameDiff().stridedSlice(x, new long[] {0, 0, -2}, new long[] {2, 3, 4}, 1, 1, 1),
        x -> x.getSameDiff().unstack(x, -1, 4)[1]);
  }

  @ParameterizedTest
  @MethodSource("notCompiled")
  void argumentsThatPlansDoNotKnowAreLeftToTheGraph(Function<SDVariable, SDVariable> formula) {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", DataType.FLOAT, 2, 3, 4);
    SDVariable y = formula.apply(x).rename("y");
    Map<String, INDArray> feeds = Map.of("x", TinyModel.gaussian(1, 2, 3, 4));
    INDArray expected = graph.output(feeds, y.name()).get(y.name());

    try (GraphSession session = GraphSession.forward(graph)) {
      assertThat(Results.of(session, feeds, List.of("y")).values().get("y")).isEqualTo(expected);
    }
  }

  @Test
  void aPartOfItsNameWithOtherNumbersIsWhatItSays() {
    SameDiff graph = SameDiff.create();
    SDVariable x = graph.placeHolder("x", DataType.FLOAT, 2, 4);
    String y;
    try (NameScope scope = graph.withNameScope("mine.gelu")) {
      assertThat(scope).isNotNull();
      y = x.mul(0.5).mul(graph.math().erf(x.mul(1.0)).add(1)).name();
    }
    Map<String, INDArray> feeds = Map.of("x", TinyModel.gaussian(1, 2, 4));
    INDArray expected = graph.output(feeds, y).get(y);

    try (GraphSession session = GraphSession.forward(graph)) {
      INDArray computed = Results.of(session, feeds, List.of(y)).values().get(y);
      assertThat(computed.equalsWithEps(expected, 1e-6)).isTrue();
    }
  }

  private static SameDiff graph() {
    SameDiff graph = SameDiff.create();
    graph.placeHolder("x", DataType.FLOAT, -1, 4);
    graph.var("weight", TinyModel.gaussian(2, 4, 2));
    return graph;
  }

  private static SDVariable product(SameDiff graph) {
    return graph.getVariable("x").mmul(graph.getVariable("weight"));
  }
}
