package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.oracle.Bits;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AdamWTest {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.95;
  private static final double EPSILON = 1e-3;
  private static final double DECAY = 0.1;

  private final INDArray weight = Nd4j.createFromArray(new double[][] {{1, -2, 3}});
  private final INDArray bias = Nd4j.createFromArray(new double[] {0.5, 0});
  private final AdamW optimizer = optimizer();

  @Test
  void severalStepsEqualTheFormula() {
    double[] rates = {0.1, 0.05, 0.2};
    double[] expected = {1, -2, 3};
    double[] m = new double[3];
    double[] v = new double[3];
    for (int t = 1; t <= rates.length; t++) {
      double[] gradient = {0.3 * t, -0.01, t == 2 ? 5 : -1};
      optimizer.step(
          Map.of("weight", Nd4j.createFromArray(new double[][] {gradient})), rates[t - 1], 1);
      for (int i = 0; i < 3; i++) {
        m[i] = BETA1 * m[i] + (1 - BETA1) * gradient[i];
        v[i] = BETA2 * v[i] + (1 - BETA2) * gradient[i] * gradient[i];
        double first = m[i] / (1 - Math.pow(BETA1, t));
        double second = v[i] / (1 - Math.pow(BETA2, t));
        expected[i] *= 1 - rates[t - 1] * DECAY;
        expected[i] -= rates[t - 1] * first / (Math.sqrt(second) + EPSILON);
        assertThat(weight.getDouble(0, i)).as("step " + t).isCloseTo(expected[i], within(1e-12));
      }
    }
  }

  @Test
  void aRateOfZeroLeavesParametersUntouchedAndStillLearnsTheMoments() {
    INDArray before = weight.dup();

    optimizer.step(Map.of("weight", Nd4j.createFromArray(new double[][] {{2, 2, 2}})), 0, 1);

    assertThat(Bits.of(weight)).isEqualTo(Bits.of(before));
    INDArray moment = optimizer.state().get("optimizer.exp_avg/weight");
    assertThat(moment.getDouble(0)).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void decayAppliesToChosenParametersOnly() {
    optimizer.step(
        Map.of(
            "weight", Nd4j.zeros(weight.dataType(), 1, 3), "bias", Nd4j.zeros(bias.dataType(), 2)),
        0.5,
        1);

    assertThat(weight.getDouble(0, 2)).isCloseTo(3 * (1 - 0.5 * DECAY), within(1e-12));
    assertThat(bias.toDoubleVector()).containsExactly(0.5, 0);
  }

  @Test
  void aParameterWithoutGradientKeepsItsValueAndMoments() {
    optimizer.step(Map.of("bias", Nd4j.createFromArray(new double[] {1, 1})), 0.1, 1);

    assertThat(weight.toDoubleVector()).containsExactly(1, -2, 3);
    assertThat(optimizer.state().get("optimizer.exp_avg/weight").norm1Number().doubleValue())
        .isZero();
  }

  @Test
  void continuesFromSavedMomentsAsIfItHadNotStopped() {
    Map<String, INDArray> gradient =
        Map.of("weight", Nd4j.createFromArray(new double[][] {{1, 2, -1}}));
    optimizer.step(gradient, 0.1, 1);
    try (AdamW resumed = optimizer()) {
      optimizer.state().forEach((name, moment) -> resumed.state().get(name).assign(moment));
      resumed.resumeAt(1);
      INDArray before = weight.dup();
      optimizer.step(gradient, 0.1, 1);
      INDArray expected = weight.dup();
      weight.assign(before);

      resumed.step(gradient, 0.1, 1);

      assertThat(Bits.of(weight)).isEqualTo(Bits.of(expected));
    }
  }

  private AdamW optimizer() {
    return new AdamW(
        Map.of("weight", weight, "bias", bias),
        name -> ParameterGroup.of(name.equals("weight")),
        BETA1,
        BETA2,
        EPSILON,
        DECAY);
  }
}
