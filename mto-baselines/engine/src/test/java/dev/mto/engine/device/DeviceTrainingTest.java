package dev.mto.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A small graph with the losses of this project, trained on the device. */
@FitGpu
class DeviceTrainingTest {
  private static final int BATCH = 2;
  private static final int TOKENS = 6;
  private static final int WIDTH = 4;

  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    SameDiff graph = graph();
    INDArray gradient = graph.calculateGradients(feeds(), "w").get("w").dup('c');

    double step = 1e-5;
    INDArray weights = graph.getArrForVarName("w");
    for (int row = 0; row < WIDTH; row++) {
      for (int column = 0; column < WIDTH; column++) {
        double before = weights.getDouble(row, column);
        weights.putScalar(row, column, before + step);
        double above = loss(graph);
        weights.putScalar(row, column, before - step);
        double below = loss(graph);
        weights.putScalar(row, column, before);
        assertThat(gradient.getDouble(row, column))
            .as("d loss / d w[%d, %d]", row, column)
            .isCloseTo((above - below) / (2 * step), within(1e-6));
      }
    }
  }

  @Test
  void gradientDescentLowersTheLoss() {
    SameDiff graph = graph();
    double first = loss(graph);

    for (int step = 0; step < 30; step++) {
      INDArray gradient = graph.calculateGradients(feeds(), "w").get("w");
      graph.getArrForVarName("w").subi(gradient.mul(0.05));
    }

    assertThat(loss(graph)).isLessThan(0.9 * first);
  }

  private static SameDiff graph() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, BATCH, TOKENS, WIDTH);
    SDVariable mask = sd.placeHolder("mask", DataType.DOUBLE, BATCH, TOKENS);
    SDVariable w = sd.var("w", values(0.37, WIDTH, WIDTH));
    SDVariable hidden =
        sd.nn.gelu(x.reshape(BATCH * TOKENS, WIDTH).mmul(w)).reshape(BATCH, TOKENS, WIDTH);
    SDVariable reconstruction = sd.math.square(hidden.sub(x)).mean();
    MtoOptions options = MtoOptions.defaults().withWeights(new MtoWeights(0.1, 0.1, 0.1));
    SDVariable mto =
        MaskedTokenOptimization.add(sd, "mto", List.of(x, hidden), mask, options).weighted();
    sd.setLossVariables(reconstruction.add("loss", mto));
    return sd;
  }

  private static double loss(SameDiff graph) {
    return graph.output(feeds(), "loss").get("loss").getDouble(0);
  }

  private static Map<String, INDArray> feeds() {
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, BATCH, TOKENS);
    for (int sample = 0; sample < BATCH; sample++) {
      for (int token = 0; token < TOKENS / 2; token++) {
        mask.putScalar(sample, 2 * token + sample, 1);
      }
    }
    return Map.of("x", values(0.71, BATCH, TOKENS, WIDTH), "mask", mask);
  }

  /** Numbers between -1 and 1 without a pattern that the width shares. */
  private static INDArray values(double pace, long... shape) {
    int length = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    double[] numbers = new double[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = Math.sin(pace * (i + 1) * (i + 2));
    }
    return Nd4j.createFromArray(numbers).reshape(shape);
  }
}
