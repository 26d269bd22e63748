package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Layers against their closed forms, in double. */
class LayersTest {
  private final SameDiff graph = SameDiff.create();

  @Test
  void layerNormStandardisesEachRowWithItsEpsilon() {
    double[][] values = {{1, 2, 3, 6}, {1e-3, 2e-3, 1e-3, 0}, {5, 5, 5, 5}};
    double[] weight = {1, -2, 0.5, 3};
    double[] bias = {0.1, 0.2, -0.3, 0};
    Parameters parameters = new Parameters(graph, DataType.DOUBLE, name -> new Random(1));
    LayerNorm norm = new LayerNorm(graph, parameters, "norm", 4);
    graph.getArrForVarName("norm.weight").assign(Nd4j.createFromArray(weight));
    graph.getArrForVarName("norm.bias").assign(Nd4j.createFromArray(bias));
    SDVariable x = graph.var("x", Nd4j.createFromArray(values));
    SDVariable ones = graph.constant(Nd4j.ones(DataType.DOUBLE, 3, 1));

    INDArray actual = norm.apply(x, ones).eval();

    for (int row = 0; row < values.length; row++) {
      double mean = 0;
      double square = 0;
      for (double value : values[row]) {
        mean += value / 4;
      }
      for (double value : values[row]) {
        square += (value - mean) * (value - mean) / 4;
      }
      for (int i = 0; i < 4; i++) {
        double expected = (values[row][i] - mean) / Math.sqrt(square + 1e-6) * weight[i] + bias[i];
        assertThat(actual.getDouble(row, i)).isCloseTo(expected, within(1e-13));
      }
    }
  }

  @Test
  void geluIsTheExactOneAndSoIsItsGradient() {
    double[] points = {-3, -1, 0, 1, 2};
    double[] gelu = {
      -0.0040496940948907, -0.15865525393145707, 0, 0.8413447460685429, 1.9544997361036416
    };
    SDVariable x = graph.var("x", Nd4j.createFromArray(points));
    SDVariable y = Gelu.apply(graph, "mlp", x);
    graph.setLossVariables(y.sum());

    INDArray actual = y.eval();
    INDArray gradient = graph.calculateGradients(Map.of(), List.of("x")).get("x");

    for (int i = 0; i < points.length; i++) {
      double density = Math.exp(-points[i] * points[i] / 2) / Math.sqrt(2 * Math.PI);
      double cumulative = points[i] == 0 ? 0.5 : gelu[i] / points[i];
      assertThat(actual.getDouble(i)).isCloseTo(gelu[i], within(1e-13));
      assertThat(gradient.getDouble(i)).isCloseTo(cumulative + points[i] * density, within(1e-12));
    }
  }

  @Test
  void scopesNameTheOperationsOfALayer() {
    SDVariable y = Gelu.apply(graph, "blocks.0.mlp", graph.var("x", DataType.DOUBLE, 2));

    assertThat(y.name()).startsWith("blocks.0.mlp.gelu/");
  }
}
