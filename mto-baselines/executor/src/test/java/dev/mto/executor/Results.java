package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.oracle.Bits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies of what a run gave: values by variable, gradients by parameter. */
record Results(Map<String, INDArray> values, Map<String, INDArray> gradients) {

  static Results of(GraphSession session, Map<String, INDArray> feeds, List<String> outputs) {
    Map<String, INDArray> values = new LinkedHashMap<>();
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    session.run(
        feeds,
        outputs,
        results -> {
          outputs.forEach(name -> values.put(name, results.get(name).dup('c')));
          for (String parameter : session.differentiable()) {
            gradients.put(parameter, results.get(session.gradientOf(parameter)).dup('c'));
          }
        });
    return new Results(values, gradients);
  }

  void assertSameBitsAs(Results other) {
    assertThat(Bits.of(values)).isEqualTo(Bits.of(other.values));
    assertThat(Bits.of(gradients)).isEqualTo(Bits.of(other.gradients));
  }

  /**
   * Each value by its own size or a tenth, each gradient by its own or a thousandth of the largest.
   */
  void assertCloseTo(Results exact, double tolerance) {
    assertThat(values.keySet()).isEqualTo(exact.values.keySet());
    assertThat(gradients.keySet()).isEqualTo(exact.gradients.keySet());
    exact.values.forEach(
        (name, value) ->
            assertClose(name, values.get(name), value, tolerance * Math.max(size(value), 0.1)));
    double largest = exact.gradients.values().stream().mapToDouble(Results::size).max().orElse(0);
    exact.gradients.forEach(
        (name, gradient) ->
            assertClose(
                "gradient of " + name,
                gradients.get(name),
                gradient,
                tolerance * Math.max(size(gradient), largest / 1000)));
  }

  private static void assertClose(String what, INDArray actual, INDArray exact, double distance) {
    assertThat(actual.shape()).as(what).isEqualTo(exact.shape());
    assertThat(size(exact)).as(what).isFinite();
    INDArray difference = actual.castTo(DataType.DOUBLE).subi(exact);
    assertThat(size(difference)).as(what).isLessThanOrEqualTo(distance);
  }

  private static double size(INDArray array) {
    return array.normmaxNumber().doubleValue();
  }
}
