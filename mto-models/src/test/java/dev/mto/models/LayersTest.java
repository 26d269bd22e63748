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
  private final Parameters parameters =
      new Parameters(graph, DataType.DOUBLE, name -> new Random(1));

  @Test
  void layerNormStandardisesEachRowWithItsEpsilon() {
    double[][] values = {{1, 2, 3, 6}, {1e-3, 2e-3, 1e-3, 0}, {5, 5, 5, 5}};
    double[] weight = {1, -2, 0.5, 3};
    double[] bias = {0.1, 0.2, -0.3, 0};
    LayerNorm norm = new LayerNorm(parameters, "norm", 4);
    graph.getArrForVarName("norm.weight").assign(Nd4j.createFromArray(weight));
    graph.getArrForVarName("norm.bias").assign(Nd4j.createFromArray(bias));
    SDVariable x = graph.var("x", Nd4j.createFromArray(values));

    INDArray actual = norm.apply(x).eval();

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
    SDVariable y = Block.gelu(parameters, "mlp", x);
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
    SDVariable y = Block.gelu(parameters, "blocks.0.mlp", graph.var("x", DataType.DOUBLE, 2));

    assertThat(y.name()).startsWith("blocks.0.mlp.gelu/");
  }

  @Test
  void aLinearLayerActsOnTheLastDimensionOfTokens() {
    SDVariable weight = graph.var("w", Nd4j.rand(DataType.DOUBLE, 2, 3));
    SDVariable bias = graph.var("b", Nd4j.rand(DataType.DOUBLE, 2));
    SDVariable x = graph.var("x", Nd4j.rand(DataType.DOUBLE, 4, 5, 3));
    SDVariable y = new Linear(weight, bias).apply(x);
    graph.setLossVariables(y.sum());

    INDArray actual = y.eval();
    Map<String, INDArray> gradients = graph.calculateGradients(Map.of(), "w", "b", "x");

    INDArray rows = x.getArr().reshape('c', 20, 3);
    INDArray expected = rows.mmul(weight.getArr().transpose()).addRowVector(bias.getArr());
    assertThat(actual.shape()).containsExactly(4, 5, 2);
    assertThat(actual.reshape('c', 20, 2).distance2(expected)).isLessThan(1e-12);
    assertThat(gradients.get("b").getDouble(1)).isCloseTo(20, within(1e-12));
    assertThat(gradients.get("w").getRow(1).distance2(rows.sum(0))).isLessThan(1e-12);
    assertThat(gradients.get("x").shape()).containsExactly(4, 5, 3);
    assertThat(gradients.get("x").getDouble(3, 4, 1))
        .isCloseTo(weight.getArr().getColumn(1).sumNumber().doubleValue(), within(1e-12));
  }
}
