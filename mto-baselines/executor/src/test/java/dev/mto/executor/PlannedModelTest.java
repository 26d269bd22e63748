package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.TinyModel.Kind;
import dev.mto.oracle.Bits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Models in float32 by a compiled plan, against the same in float64, operation by operation. */
class PlannedModelTest {
  private static final double TOLERANCE = 5e-5;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void valuesAndGradientsAreThoseOfTheGraphInEveryStepWithUpdatesBetween(Kind kind) {
    TinyModel single = kind.build(DataType.FLOAT);
    TinyModel exact = kind.build(DataType.DOUBLE);
    try (GraphSession planned = single.session();
        GraphSession reference = exact.session()) {
      for (int step = 0; step < 3; step++) {
        Results expected = Results.of(reference, exact.feeds(3, step), exact.values());
        assertThat(expected.gradients().keySet()).containsExactlyElementsOf(exact.parameters());
        expected
            .gradients()
            .forEach((name, g) -> assertThat(g.norm1Number().doubleValue()).as(name).isPositive());

        Results actual = Results.of(planned, single.feeds(3, step), single.values());

        actual.assertCloseTo(expected, TOLERANCE);
        update(expected.gradients(), single, exact);
      }
      Plans.assertCompiled(planned, single.parameters());
    }
  }

  @Test
  void anyNumbersOfMaskedPatchesGiveTheSameAsTheGraph() {
    TinyModel single = Kind.ENCODER.build(DataType.FLOAT);
    TinyModel exact = Kind.ENCODER.build(DataType.DOUBLE);
    int[][] counts = {{9, 9, 9}, {4, 9, 12}, {1, 1, 1}, {12, 12}, {12, 3, 8}, {9, 9, 9}, {7}};
    try (GraphSession planned = single.session();
        GraphSession reference = exact.session()) {
      for (int[] masked : counts) {
        Results.of(planned, single.feeds(5, masked), single.values())
            .assertCloseTo(
                Results.of(reference, exact.feeds(5, masked), exact.values()), TOLERANCE);
      }
      Plans.assertCompiled(planned, single.parameters());
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void thePlanAndTheOperationsOneByOneAgree(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    try (GraphSession planned = model.session();
        GraphSession standard = model.session(SessionOptions.standard())) {
      Results.of(planned, model.feeds(2, 1), model.values())
          .assertCloseTo(Results.of(standard, model.feeds(2, 1), model.values()), 2e-4);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void recomputationGivesTheSameBitsInLessMemory(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    List<String> loss = List.of(model.loss());
    try (GraphSession kept = model.session();
        GraphSession recomputed = model.session(SessionOptions.defaults().withRecompute(true))) {
      for (int seed = 0; seed < 2; seed++) {
        Results.of(recomputed, model.feeds(3, seed), loss)
            .assertSameBitsAs(Results.of(kept, model.feeds(3, seed), loss));
      }
      Plans.assumeFast();
      Plans.assertCompiled(recomputed, model.parameters());
      assertThat(recomputed.bytesHeld()).isPositive().isLessThan(kept.bytesHeld());
    }
  }

  @Test
  void twoSessionsGiveTheSameBits() {
    TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
    TinyModel again = Kind.ENCODER.build(DataType.FLOAT);
    try (GraphSession one = model.session();
        GraphSession other = again.session()) {
      for (int seed = 0; seed < 2; seed++) {
        Results.of(one, model.feeds(3, seed), model.values())
            .assertSameBitsAs(Results.of(other, again.feeds(3, seed), again.values()));
      }
    }
  }

  @Test
  void otherBatchesInBetweenChangeNothing() {
    TinyModel model = Kind.DECODER.build(DataType.FLOAT);
    try (GraphSession session = model.session()) {
      Results first = Results.of(session, model.feeds(2, 1), model.values());
      for (int batch = 1; batch <= 12; batch++) {
        Results.of(session, model.feeds(batch, batch), List.of(model.loss()));
      }
      Results.of(session, model.feeds(2, 1), model.values()).assertSameBitsAs(first);
    }
  }

  @Test
  void anotherSetOfOutputsChangesNothing() {
    TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
    Map<String, INDArray> feeds = model.feeds(2, 1);
    try (GraphSession session = model.session();
        GraphSession forward = GraphSession.forward(model.graph())) {
      Results all = Results.of(session, feeds, model.values());
      Results one = Results.of(session, feeds, List.of("picture"));
      assertThat(Bits.of(one.gradients())).isEqualTo(Bits.of(all.gradients()));
      assertThat(Bits.of(one.values().get("picture")))
          .isEqualTo(Bits.of(all.values().get("picture")));
      Results values = Results.of(forward, feeds, model.values());
      assertThat(Bits.of(values.values())).isEqualTo(Bits.of(all.values()));
      assertThat(values.gradients()).isEmpty();
    }
  }

  @Test
  void valuesInsideALayerNormalisationCanBeReadToo() {
    TinyModel single = Kind.ENCODER.build(DataType.FLOAT);
    TinyModel exact = Kind.ENCODER.build(DataType.DOUBLE);
    String inner =
        single.graph().getOps().values().stream()
            .map(op -> op.getOutputsOfOp().get(0))
            .filter(name -> name.contains("norm1.layer_norm/"))
            .findFirst()
            .orElseThrow();
    for (TinyModel model : List.of(single, exact)) {
      model.graph().getVariable(inner).mul(2).rename("twice");
    }
    try (GraphSession planned = single.session();
        GraphSession reference = exact.session()) {
      for (List<String> outputs : List.of(List.of(inner), List.of("twice", single.loss()))) {
        Results.of(planned, single.feeds(2, 1), outputs)
            .assertCloseTo(Results.of(reference, exact.feeds(2, 1), outputs), TOLERANCE);
      }
      Plans.assertCompiled(planned, single.parameters());
    }
  }

  @Test
  void memoryAndAllocationsStayAsTheyAreAfterTheFirstStepOfAKind() {
    TinyModel model = Kind.DECODER.build(DataType.FLOAT);
    List<String> loss = List.of(model.loss());
    try (GraphSession session = model.session()) {
      Results.of(session, model.feeds(3, 0), loss);
      Results.of(session, model.feeds(2, 0), loss);
      long held = session.bytesHeld();
      long made = session.allocations();
      assertThat(held).isPositive();
      for (int step = 1; step < 30; step++) {
        Results.of(session, model.feeds(2 + step % 2, step), loss);
        assertThat(session.bytesHeld()).as("after step " + step).isEqualTo(held);
        assertThat(session.allocations()).as("after step " + step).isEqualTo(made);
      }
    }
  }

  @Test
  void feedsAndVariablesStayAsTheyWere() {
    TinyModel model = Kind.DECODER.build(DataType.FLOAT);
    Map<String, INDArray> feeds = model.feeds(2, 1);
    Map<String, INDArray> before = copies(feeds);
    Map<String, INDArray> variables = copies(arrays(model));
    List<String> outputs = new ArrayList<>(feeds.keySet());
    outputs.add("cls_token");
    outputs.addAll(model.values());
    try (GraphSession session = model.session()) {
      Results results = Results.of(session, feeds, outputs);
      Results.of(session, model.feeds(2, 7), outputs);

      before.forEach(
          (name, array) ->
              assertThat(Bits.of(results.values().get(name))).as(name).isEqualTo(Bits.of(array)));
      assertThat(Bits.of(results.values().get("cls_token")))
          .isEqualTo(Bits.of(variables.get("cls_token")));
      assertThat(Bits.of(feeds)).isEqualTo(Bits.of(before));
      assertThat(Bits.of(arrays(model))).isEqualTo(Bits.of(variables));
    }
  }

  @Test
  void aPartOfALargerBatchIsReadWhereItLies() {
    TinyModel model = Kind.DECODER.build(DataType.FLOAT);
    Map<String, INDArray> parts = new LinkedHashMap<>();
    model
        .feeds(5, 1)
        .forEach(
            (name, array) -> {
              INDArray part = array.get(NDArrayIndex.interval(2, 4));
              assertThat(part.offset()).as(name).isPositive();
              parts.put(name, part);
            });
    try (GraphSession session = model.session()) {
      Results expected = Results.of(session, copies(parts), model.values());
      Results.of(session, parts, model.values()).assertSameBitsAs(expected);
    }
  }

  @Test
  void profilingNamesTheKindsOfOperationsAndChangesNothing() {
    TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
    try (GraphSession session = model.session();
        GraphSession profiled = model.session(SessionOptions.defaults().profiled())) {
      Plans.assumeFast();
      Results expected = Results.of(session, model.feeds(2, 1), model.values());
      Results.of(profiled, model.feeds(2, 1), model.values()).assertSameBitsAs(expected);
      assertThat(session.profile()).isEmpty();
      assertThat(profiled.profile())
          .containsKeys("matmul", "batched matmul", "layer norm", "layer norm gradient", "gelu")
          .allSatisfy((name, milliseconds) -> assertThat(milliseconds).as(name).isNotNegative());
    }
  }

  private static void update(Map<String, INDArray> gradients, TinyModel... models) {
    gradients.forEach(
        (name, gradient) -> {
          INDArray change = gradient.castTo(DataType.FLOAT).muli(0.02);
          for (TinyModel model : models) {
            model.graph().getArrForVarName(name).subi(change.castTo(model.type()));
          }
        });
  }

  private static Map<String, INDArray> arrays(TinyModel model) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    model.parameters().forEach(name -> arrays.put(name, model.graph().getArrForVarName(name)));
    return arrays;
  }

  private static Map<String, INDArray> copies(Map<String, INDArray> arrays) {
    Map<String, INDArray> copies = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) ->
            copies.put(name, Nd4j.create(array.dataType(), array.shape()).assign(array)));
    return copies;
  }
}
