package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.FusedAttention.Heads;
import dev.mto.executor.kernels.FusedAttention.Operands;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The order of threads changes no bit of attention, and each barrier of its kernels is needed. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class AttentionBarriersTest {
  private static final String BARRIER = "__syncthreads();";
  private static final String LEFT_OUT = "left out barrier";
  private static final int BARRIERS = 13;
  private static final long[] TOKENS = {2, 40, 3, 1, 9}; // two tiles, the second not full
  private static final long[] BIAS = {1, 40, 40};

  @AfterAll
  static void restore() {
    EmulatedCuda.bind();
  }

  @Test
  void eachIsMissedByTheResultsOfSomeOrder() {
    EmulatedCuda emulated = EmulatedCuda.bind(withNumberedBarriers(KernelSource.text()));
    float[] expected = results(emulated, 0, false);
    assertThat(expected).doesNotContain(Float.NaN);
    assertThat(results(emulated, 0, true)).isEqualTo(expected);
    for (int barrier = 1; barrier <= BARRIERS; barrier++) {
      boolean same =
          Arrays.equals(results(emulated, barrier, false), expected)
              && Arrays.equals(results(emulated, barrier, true), expected);
      assertThat(same).as("without barrier %d of attention.cu", barrier).isFalse();
    }
  }

  /** Kernels of whose barriers the emulated driver's setting leaves out one. */
  private static String withNumberedBarriers(String kernels) {
    String start = "#line 1 \"attention.cu\"\n";
    int at = kernels.indexOf(start);
    String[] pieces = kernels.substring(at + start.length()).split("\\Q" + BARRIER + "\\E", -1);
    assertThat(pieces).hasSize(BARRIERS + 1);
    StringBuilder numbered = new StringBuilder(kernels.substring(0, at));
    numbered.append(
        "inline bool kept(int n) { return fake::settings[\"%s\"] != n; }\n".formatted(LEFT_OUT));
    for (int i = 0; i < BARRIERS; i++) {
      numbered.append(pieces[i]).append("if (kept(%d)) %s".formatted(i + 1, BARRIER));
    }
    return numbered.append(pieces[BARRIERS]).toString();
  }

  /** All that attention and its gradients write. */
  private static float[] results(EmulatedCuda emulated, int leftOut, boolean backwards) {
    emulated.set(LEFT_OUT, leftOut).runBackwards(backwards);
    try (CudaKernels kernels = new CudaKernels(new CudaDevice(0));
        DeviceTensors tensors = new DeviceTensors(kernels, new ArrayList<>())) {
      FusedAttention attention = kernels.fusedAttention().orElseThrow();
      Operands of = operands(tensors.gaussian(TOKENS), tensors.gaussian(BIAS));
      Tensor out = tensors.gaussian(TOKENS[0], TOKENS[1], TOKENS[3], TOKENS[4]);
      Tensor logSums = tensors.gaussian(TOKENS[0], TOKENS[1], TOKENS[3]);
      Tensor gradient = tensors.gaussian(out.shape());
      Operands to = operands(tensors.gaussian(TOKENS), tensors.gaussian(BIAS));
      attention.forward(of, 0.5f, out, logSums).run();
      attention.gradient(of, 0.5f, out, logSums, gradient, to).run();
      float[] all = new float[0];
      for (Tensor written : List.of(out, logSums, to.query().tokens(), to.bias())) {
        INDArray elements = Nd4j.create(DataType.FLOAT, written.length());
        kernels.memory().download(written, elements);
        int before = all.length;
        all = Arrays.copyOf(all, before + (int) written.length());
        System.arraycopy(elements.toFloatVector(), 0, all, before, (int) written.length());
      }
      return all;
    } finally {
      emulated.set(LEFT_OUT, 0).runBackwards(false);
    }
  }

  private static Operands operands(Tensor tokens, Tensor bias) {
    return new Operands(new Heads(tokens, 0), new Heads(tokens, 1), new Heads(tokens, 2), bias);
  }
}
