package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whoever takes gradients may change them in place, as the mean over micro-batches does. */
class GradientsInPlaceTest {
  private static final List<String> PARAMETERS = List.of("a", "b");

  /** Losses whose gradients are one value, a constant, or another parameter. */
  static Stream<Function<SameDiff, SDVariable>> losses() {
    return Stream.of(
        graph -> graph.getVariable("a").add(graph.getVariable("b")).mul(3.0).sum(),
        graph -> graph.getVariable("a").sum().add(graph.getVariable("b").sum()),
        graph -> graph.getVariable("a").reshape(1, 4).mmul(graph.getVariable("b").reshape(4, 1)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void aGradientThatIsScaledChangesNothingElse(Function<SameDiff, SDVariable> formula) {
    SameDiff graph = SameDiff.create();
    INDArray a = graph.var("a", TinyModel.gaussian(1, 4)).getArr();
    INDArray b = graph.var("b", TinyModel.gaussian(2, 4)).getArr();
    SDVariable loss = formula.apply(graph).sum().rename("loss");
    INDArray[] before = {a.dup(), b.dup()};

    try (GraphSession session = GraphSession.withGradients(graph, loss, PARAMETERS)) {
      Results first = Results.of(session, Map.of(), List.of("loss"));
      session.run(
          Map.of(),
          List.of("loss"),
          values -> {
            INDArray ofA = values.get(session.gradientOf("a"));
            INDArray ofB = values.get(session.gradientOf("b"));
            ofA.muli(0.5);
            assertThat(ofB).as("b's").isEqualTo(first.gradients().get("b"));
            ofB.muli(0.25);
            assertThat(ofA).as("a's").isEqualTo(first.gradients().get("a").mul(0.5));
          });

      assertThat(a).isEqualTo(before[0]);
      assertThat(b).isEqualTo(before[1]);
      Results.of(session, Map.of(), List.of("loss")).assertCloseTo(first, 1e-7);
      Plans.assertCompiled(session, PARAMETERS);
    }
  }
}
