package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.executor.state.LiveState;
import dev.mto.oracle.Oracle;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LarsTest {
  private static final JsonNode ORACLE =
      Oracle.json(Oracle.folder("e_training").resolve("lars.json"));

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void followsTheOfficialOptimizer(DataType type) {
    double tolerance = type == DataType.DOUBLE ? 1e-12 : 2e-6;
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    parameters.put("w", array(ORACLE.get("w0"), type));
    parameters.put("b", array(ORACLE.get("b0"), type));
    try (Lars lars =
        new Lars(
            parameters,
            ORACLE.get("momentum").asDouble(),
            ORACLE.get("trust_coefficient").asDouble(),
            ORACLE.get("weight_decay").asDouble(),
            new LiveState())) {
      for (int step = 0; step < ORACLE.get("grads").size(); step++) {
        Map<String, INDArray> gradients = new HashMap<>();
        for (String name : parameters.keySet()) {
          gradients.put(name, array(ORACLE.get("grads").get(step).get(name), type));
        }
        lars.step(gradients, ORACLE.get("lr").asDouble(), 1);
        for (String name : parameters.keySet()) {
          INDArray expected = array(ORACLE.get("after").get(step).get(name), DataType.DOUBLE);
          assertThat(parameters.get(name).castTo(DataType.DOUBLE).sub(expected).amaxNumber())
              .as(name + " after step " + step)
              .extracting(Number::doubleValue)
              .satisfies(d -> assertThat(d).isCloseTo(0, within(tolerance)));
        }
      }
    }
  }

  @Test
  void decayActsOnMatricesOnlyAndAZeroMatrixMovesByItsGradient() {
    INDArray w = Nd4j.zeros(DataType.DOUBLE, 2, 2);
    INDArray b = Nd4j.ones(DataType.DOUBLE, 2);
    try (Lars lars = new Lars(Map.of("w", w, "b", b), 0, 0.001, 0.5, new LiveState())) {
      lars.step(
          Map.of("w", Nd4j.ones(DataType.DOUBLE, 2, 2), "b", Nd4j.zeros(DataType.DOUBLE, 2)),
          0.1,
          1);
      assertThat(w.getDouble(0)).isCloseTo(-0.1, within(1e-15));
      assertThat(b.getDouble(0)).isEqualTo(1);

      w.assign(2);
      lars.step(
          Map.of("w", Nd4j.zeros(DataType.DOUBLE, 2, 2), "b", Nd4j.zeros(DataType.DOUBLE, 2)),
          1,
          1);
      // g = .5 * 2 in every element, |w| = 4, |g| = 2
      assertThat(w.getDouble(0)).isCloseTo(2 - 0.001 * 4 / 2, within(1e-15));
    }
  }

  private static INDArray array(JsonNode node, DataType type) {
    int rows = node.size();
    int columns = node.get(0).isArray() ? node.get(0).size() : 0;
    double[] values = new double[rows * Math.max(1, columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          columns == 0 ? node.get(i).asDouble() : node.get(i / columns).get(i % columns).asDouble();
    }
    long[] shape = columns == 0 ? new long[] {rows} : new long[] {rows, columns};
    return Nd4j.create(values, shape, 'c').castTo(type);
  }
}
