package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.collective.Collective;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.state.LiveState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The mean of a step's gradients, to the bit, on the host and on a device. */
class MeanGradientsTest {
  private static final String NAME = "w";
  private static final int LENGTH = 10_000;

  /** Gradients of different sizes, whose sum depends on the order. */
  private static List<float[]> gradients(int count) {
    Random random = new Random(5);
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] gradient = new float[LENGTH];
      for (int k = 0; k < LENGTH; k++) {
        gradient[k] = (float) (random.nextGaussian() * Math.exp(4 * random.nextGaussian()));
      }
      gradients.add(gradient);
    }
    return gradients;
  }

  private static float[] inTurn(List<float[]> gradients, int from, int to, float share) {
    float[] sum = new float[LENGTH];
    for (int k = 0; k < LENGTH; k++) {
      sum[k] = gradients.get(from)[k] * share;
      for (int i = from + 1; i < to; i++) {
        sum[k] += gradients.get(i)[k] * share;
      }
    }
    return sum;
  }

  private static float[] added(float[] a, float[] b) {
    float[] sum = a.clone();
    for (int k = 0; k < sum.length; k++) {
      sum[k] += b[k];
    }
    return sum;
  }

  private static float[] onHost(MeanGradients mean, List<float[]> gradients) {
    List<float[]> means = new ArrayList<>();
    for (int i = 0; i < gradients.size(); i++) {
      INDArray gradient = Nd4j.createFromArray(gradients.get(i));
      mean.add(
          Map.of(NAME, gradient), i, gradients.size(), m -> means.add(m.get(NAME).toFloatVector()));
    }
    assertThat(means).hasSize(1);
    return means.get(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void oneTwoAndOddNumbersAreSummedOneAfterTheOther(int count) {
    List<float[]> gradients = gradients(count);
    try (MeanGradients mean = new MeanGradients(Collective.alone())) {
      assertThat(onHost(mean, gradients))
          .isEqualTo(inTurn(gradients, 0, count, (float) (1.0 / count)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6})
  void theHalvesOfAnEvenNumberAreSummedByThemselves(int count) {
    List<float[]> gradients = gradients(count);
    float share = (float) (1.0 / count);
    float[] expected =
        added(inTurn(gradients, 0, count / 2, share), inTurn(gradients, count / 2, count, share));
    try (MeanGradients mean = new MeanGradients(Collective.alone())) {
      assertThat(onHost(mean, gradients)).isEqualTo(expected);
      assertThat(expected).isNotEqualTo(inTurn(gradients, 0, count, share));
      assertThat(onHost(mean, gradients)).as("of the next step").isEqualTo(expected);
    }
  }

  @Test
  void slotsAreKnownBeforeTheyAreUsed() {
    for (int count = 2; count <= 40; count++) {
      Set<Integer> used = new HashSet<>();
      GradientTree.Sums<String> sums =
          new GradientTree.Sums<>() {
            @Override
            public void put(int slot, String gradients) {
              used.add(slot);
            }

            @Override
            public void add(int slot, String gradients) {}

            @Override
            public void merge(int slot) {}
          };
      for (int i = 0; i < count; i++) {
        GradientTree.take(sums, i, count, "gradients");
      }
      assertThat(used).as(count + " micro-batches").hasSize(GradientTree.slots(count));
    }
    assertThat(GradientTree.slots(1)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  @EnabledIf(
      value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
      disabledReason = EmulatedCuda.NEEDS)
  void aDeviceSumsInTheSameOrder(int count) {
    List<float[]> gradients = gradients(count);
    float[] onDevice = EmulatedCuda.during(gpu -> onDevice(gradients));
    try (MeanGradients mean = new MeanGradients(Collective.alone())) {
      assertThat(onDevice).isEqualTo(onHost(mean, gradients));
    }
  }

  private static float[] onDevice(List<float[]> gradients) {
    LiveState state = new LiveState();
    INDArray parameter = Nd4j.createFromArray(new float[LENGTH]);
    try (AdamW optimizer =
            new AdamW(
                Map.of(NAME, parameter),
                name -> ParameterGroup.of(false),
                0.9,
                0.95,
                1e-8,
                0,
                state);
        Kernels kernels = CudaKernelSets.chosen().orElseThrow()) {
      state.open(kernels);
      DeviceUpdate update = new DeviceUpdate(optimizer, state, 0, Collective.alone());
      Tensor gradient = state.allocate("a test", LENGTH);
      Tensor loss = state.allocate("a test", 1);
      for (int step = 0; step < 2; step++) {
        for (int i = 0; i < gradients.size(); i++) {
          kernels.memory().upload(Nd4j.createFromArray(gradients.get(i)), gradient);
          kernels.memory().upload(Nd4j.createFromArray(1f), loss);
          update.add(Map.of(NAME, gradient), loss, i, gradients.size(), 0.1);
        }
      }
      float[] mean = update.gradients().get(NAME).toFloatVector();
      state.close(kernels);
      return mean;
    }
  }
}
