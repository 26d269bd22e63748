package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.oracle.Bits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A layer of attention with MTO, run by a session and by SameDiff itself. */
class GraphSessionTest {
  private static final int TOKENS = 6;
  private static final int INPUT = 5;
  private static final int DIM = 4;
  private static final List<String> PARAMETERS =
      List.of("embedding", "query", "key", "value", "bias");

  private final SameDiff graph = SameDiff.create();
  private final SDVariable loss = build();

  @Test
  void gradientsEqualThoseOfSameDiffInEveryStepWithUpdatesBetween() {
    SameDiff reference = graph.dup();
    reference.setLossVariables(loss.name());
    try (GraphSession session = GraphSession.withGradients(graph, loss, PARAMETERS)) {
      assertThat(session.differentiable()).containsExactlyElementsOf(PARAMETERS);
      for (int step = 0; step < 3; step++) {
        Map<String, INDArray> feeds = feeds(3, step);
        Map<String, INDArray> expected = reference.calculateGradients(feeds, PARAMETERS);
        double value = reference.output(feeds, loss.name()).get(loss.name()).getDouble(0);
        session.run(
            feeds,
            List.of(loss.name()),
            values -> {
              assertThat(values.get(loss.name()).getDouble(0)).isEqualTo(value);
              for (String name : PARAMETERS) {
                INDArray gradient = values.get(session.gradientOf(name));
                assertThat(gradient.norm2Number().doubleValue()).as(name).isGreaterThan(0);
                assertThat(gradient.sub(expected.get(name)).normmaxNumber().doubleValue())
                    .as(name)
                    .isLessThan(1e-12);
              }
            });
        for (String name : PARAMETERS) {
          INDArray update = expected.get(name).mul(0.1);
          graph.getArrForVarName(name).subi(update);
          if (reference.getArrForVarName(name) != graph.getArrForVarName(name)) {
            reference.getArrForVarName(name).subi(update);
          }
        }
      }
    }
  }

  @Test
  void updatesInPlaceChangeTheNextRun() {
    try (GraphSession session = GraphSession.withGradients(graph, loss, PARAMETERS)) {
      double before = lossOf(session, 3, 1);
      assertThat(lossOf(session, 3, 1)).isEqualTo(before);
      graph.getArrForVarName("value").muli(2);
      assertThat(lossOf(session, 3, 1)).isNotEqualTo(before);
    }
  }

  @Test
  void valuesAreTheSameForABatchOfAnotherSizeInBetween() {
    try (GraphSession session = GraphSession.withGradients(graph, loss, PARAMETERS);
        GraphSession fresh = GraphSession.forward(graph)) {
      double first = lossOf(session, 3, 1);
      assertThat(lossOf(session, 5, 2)).isEqualTo(lossOf(fresh, 5, 2));
      assertThat(lossOf(session, 3, 1)).isEqualTo(first);
    }
  }

  @Test
  void memoryDoesNotGrowAfterTheFirstSteps() {
    try (GraphSession session = GraphSession.withGradients(graph, loss, PARAMETERS)) {
      lossOf(session, 3, 0);
      lossOf(session, 3, 1);
      long held = session.bytesHeld();
      long made = session.allocations();
      assertThat(held).isPositive();
      for (int step = 2; step < 30; step++) {
        lossOf(session, 3, step);
        assertThat(session.bytesHeld()).as("after step " + step).isEqualTo(held);
        assertThat(session.allocations()).as("after step " + step).isEqualTo(made);
      }
    }
  }

  @Test
  void aParameterTheLossDoesNotDependOnHasNoGradient() {
    graph.var("unused", Nd4j.ones(DataType.DOUBLE, 2));
    List<String> all = new ArrayList<>(PARAMETERS);
    all.add("unused");
    try (GraphSession session = GraphSession.withGradients(graph, loss, all)) {
      assertThat(session.differentiable()).containsExactlyElementsOf(PARAMETERS);
    }
  }

  @Test
  void feedsAndVariablesStayAsTheyWere() {
    Map<String, INDArray> feeds = feeds(3, 1);
    Map<String, INDArray> copies = new LinkedHashMap<>();
    feeds.forEach((name, array) -> copies.put(name, array.dup()));
    INDArray query = graph.getArrForVarName("query").dup();
    try (GraphSession session = GraphSession.withGradients(graph, loss, PARAMETERS)) {
      session.run(feeds, List.of("x", "query", loss.name()), values -> {});
      lossOf(session, 3, 2);
      assertThat(Bits.of(feeds)).isEqualTo(Bits.of(copies));
      assertThat(Bits.of(graph.getArrForVarName("query"))).isEqualTo(Bits.of(query));
    }
  }

  private static double lossOf(GraphSession session, int batch, long seed) {
    double[] value = new double[1];
    String name = "total";
    session.run(
        feeds(batch, seed), List.of(name), values -> value[0] = values.get(name).getDouble(0));
    return value[0];
  }

  private SDVariable build() {
    SDVariable x = graph.placeHolder("x", DataType.DOUBLE, -1, TOKENS, INPUT);
    SDVariable mask = graph.placeHolder("mask", DataType.DOUBLE, -1, TOKENS);
    SDVariable embedding = variable("embedding", INPUT, DIM);
    // (B, N, I) -> (B*N, I) -> (B*N, D) -> (B, N, D)
    SDVariable rows = x.reshape(-1, INPUT).mmul(embedding);
    SDVariable tokens = rows.reshape(-1, TOKENS, DIM);
    SDVariable query = rows.mmul(variable("query", DIM, DIM)).reshape(-1, TOKENS, DIM);
    SDVariable key = rows.mmul(variable("key", DIM, DIM)).reshape(-1, TOKENS, DIM);
    SDVariable value =
        rows.mmul(variable("value", DIM, DIM))
            .add(variable("bias", 1, DIM))
            .reshape(-1, TOKENS, DIM);
    SDVariable scores = graph.nn().softmax(graph.mmul(query, key, false, true, false), -1);
    SDVariable output = tokens.add(graph.mmul(scores, value));
    MtoTerms terms =
        MaskedTokenOptimization.add(
            graph, "mto", List.of(tokens, output), mask, MtoOptions.defaults());
    return output.mul(output).mean().add(terms.weighted()).rename("total");
  }

  private SDVariable variable(String name, int rows, int columns) {
    return graph.var(name, gaussian(name.hashCode(), rows, columns).muli(0.3));
  }

  private static Map<String, INDArray> feeds(int batch, long seed) {
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, batch, TOKENS);
    Random random = new Random(seed);
    for (int image = 0; image < batch; image++) {
      int first = random.nextInt(TOKENS);
      mask.putScalar(image, first, 1);
      mask.putScalar(image, (first + 2) % TOKENS, 1);
    }
    return Map.of("x", gaussian(seed, batch, TOKENS, INPUT), "mask", mask);
  }

  private static INDArray gaussian(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }
}
