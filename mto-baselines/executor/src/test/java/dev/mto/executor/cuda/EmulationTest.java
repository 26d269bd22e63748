package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels.LayerNormInputs;
import dev.mto.executor.kernels.Kernels.Rows;
import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Emulation finds mistakes in kernels, and none in those of the project. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class EmulationTest {
  private static final int ROWS = 5;
  private static final int COLUMNS = 300;

  /** Of numbers of up to 32 bits and of more. */
  private static final String DIFFERENCES =
      """
      __device__ bool differs(Index i, Index by) { return quotient(i, by) != i / by; }
      __device__ bool quotients_differ(Index i) {
        Index second = (Index) 1 << 32;
        return differs(i, 3) || differs(i << 29 | 5, 7) || differs(i, second | 1) ||
            differs(i << 33 | 9, i * second + 11) || differs(second - 1, 1) || differs(second, 1);
      }
      """;

  @AfterAll
  static void restore() {
    EmulatedCuda.bind();
  }

  @Test
  void theOrderOfThreadsChangesNoBit() {
    EmulatedCuda emulated = EmulatedCuda.bind();
    long before = emulated.launches();
    assertThat(results(emulated, EmulationTest::softmax, true))
        .isEqualTo(results(emulated, EmulationTest::softmax, false));
    assertThat(results(emulated, EmulationTest::layerNorm, true))
        .isEqualTo(results(emulated, EmulationTest::layerNorm, false));
    assertThat(results(emulated, EmulationTest::gather, true))
        .isEqualTo(results(emulated, EmulationTest::gather, false));
    assertThat(emulated.launches() - before).isEqualTo(2 * (1 + 4 + 1));
  }

  /** Mistakes in different kernels, so that one compilation serves for all. */
  @Test
  void mistakesAreFound() {
    EmulatedCuda emulated = EmulatedCuda.bind();
    float[] softmax = results(emulated, EmulationTest::softmax, false);
    float[] norm = results(emulated, EmulationTest::layerNorm, false);
    float[] gathered = results(emulated, EmulationTest::gather, false);

    EmulatedCuda mistaken = EmulatedCuda.bind(mistaken(KernelSource.text()));

    assertThat(differs(mistaken, EmulationTest::softmax, softmax))
        .as("no barrier before the results of warps are overwritten")
        .isTrue();
    assertThat(differs(mistaken, EmulationTest::layerNorm, norm))
        .as("no barrier before the results of warps are read")
        .isTrue();
    assertThat(differs(mistaken, EmulationTest::gather, gathered))
        .as("an index that is one too large")
        .isTrue();
    assertThatThrownBy(() -> results(mistaken, EmulationTest::exponential, false))
        .as("a barrier that one thread does not come to")
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("not all threads of a block come to its barrier");
    assertThatThrownBy(() -> results(mistaken, EmulationTest::rowMaximum, false))
        .as("an exchange that one thread of a warp does not come to")
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("not all threads of a warp come to its exchange");
    assertThatThrownBy(() -> results(mistaken, EmulationTest::zeros, false))
        .as("a write behind the last element")
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("illegal memory access");
  }

  /** Of which there are two kinds of divisions. */
  @Test
  void quotientsAreThoseOfCpp() {
    EmulatedCuda emulated = EmulatedCuda.bind(mistaken(KernelSource.text()));
    float[] ones = results(emulated, EmulationTest::filled, false);
    assertThat(ones).hasSize(ROWS * COLUMNS).containsOnly(1);
  }

  private static Tensor filled(CudaKernels kernels, DeviceTensors tensors) {
    Tensor rounded =
        Tensor.onDevice(
            ElementType.BFLOAT16, tensors.gaussian(ROWS, COLUMNS).address(), ROWS, COLUMNS);
    kernels.memory().fill(rounded, 1);
    Tensor out = tensors.gaussian(ROWS, COLUMNS);
    kernels.cast(rounded, out).run();
    return out;
  }

  private static String mistaken(String kernels) {
    String barrier = "  __syncthreads();";
    String reduce =
        kernels.substring(
            kernels.indexOf("template <class Reduction>\n__device__ float reduce_block"),
            kernels.indexOf(
                "// ---------------------------------------------------------------- func"));
    String withoutFirst = replaceOnce(reduce, barrier + "  // the", "  // the");
    String withoutSecond = replaceOnce(reduce, barrier + "\n", "");
    String text =
        replaceOnce(
            kernels,
            reduce,
            reduce
                + withoutFirst.replace("reduce_block(", "reduce_without_first(")
                + withoutSecond.replace("reduce_block(", "reduce_without_second("));
    text = inKernel(text, "softmax(", "reduce_block<", "reduce_without_first<");
    text = inKernel(text, "layer_norm(", "reduce_block<", "reduce_without_second<");
    text = inKernel(text, "gather(", "tokens, row)", "tokens, row + 1)");
    text = inKernel(text, "fill_bfloat16(", "(element)", "(element + quotients_differ(i))");
    text = inKernel(text, "zero_rows(", "FOR_ELEMENTS(i, count)", "FOR_ELEMENTS(i, count + 1)");
    text =
        inKernel(
            text, "row_maximum(", "largest = reduce", "if (threadIdx.x != 7) largest = reduce");
    String reductions =
        "// ---------------------------------------------------------------- reductions";
    text = replaceOnce(text, reductions, DIFFERENCES + reductions);
    return inKernel(
        text, "unary_float32(", "  unary(", "  if (threadIdx.x != 3) __syncthreads();\n  unary(");
  }

  private static String inKernel(String text, String name, String from, String to) {
    int start = text.indexOf("KERNEL " + name);
    int end = text.indexOf("\n}\n", start);
    String kernel = text.substring(start, end);
    assertThat(kernel).as(name).contains(from);
    return text.substring(0, start) + kernel.replace(from, to) + text.substring(end);
  }

  private static String replaceOnce(String text, String from, String to) {
    assertThat(text.split(Pattern.quote(from), -1)).as(from).hasSize(2);
    return text.replace(from, to);
  }

  private static boolean differs(
      EmulatedCuda emulated,
      BiFunction<CudaKernels, DeviceTensors, Tensor> kernel,
      float[] expected) {
    return !Arrays.equals(results(emulated, kernel, false), expected)
        || !Arrays.equals(results(emulated, kernel, true), expected);
  }

  private static float[] results(
      EmulatedCuda emulated,
      BiFunction<CudaKernels, DeviceTensors, Tensor> kernel,
      boolean backwards) {
    emulated.runBackwards(backwards);
    try (CudaKernels kernels = new CudaKernels(new CudaDevice(0));
        DeviceTensors tensors = new DeviceTensors(kernels, new ArrayList<>())) {
      Tensor out = kernel.apply(kernels, tensors);
      INDArray elements = Nd4j.create(DataType.FLOAT, out.length());
      kernels.memory().download(out, elements);
      return elements.toFloatVector();
    } finally {
      emulated.runBackwards(false);
    }
  }

  private static Tensor softmax(CudaKernels kernels, DeviceTensors tensors) {
    Tensor x = tensors.gaussian(ROWS, COLUMNS);
    kernels.softmax(x, x).run();
    return x;
  }

  private static Tensor layerNorm(CudaKernels kernels, DeviceTensors tensors) {
    Tensor x = tensors.gaussian(ROWS, COLUMNS);
    Tensor weight = tensors.gaussian(COLUMNS);
    Tensor mean = tensors.gaussian(ROWS);
    Tensor variance = tensors.gaussian(ROWS);
    Tensor out = tensors.gaussian(ROWS, COLUMNS);
    Kernel forward = kernels.layerNorm(x, weight, weight, 1e-6f, out, mean, variance);
    LayerNormInputs inputs = new LayerNormInputs(x, weight, weight, 1e-6f, mean, variance);
    Tensor toWeight = tensors.gaussian(COLUMNS);
    Tensor toBias = tensors.gaussian(COLUMNS);
    forward.run();
    kernels.layerNormGradient(inputs, x, out, toWeight, toBias).run();
    return toWeight;
  }

  private static Tensor gather(CudaKernels kernels, DeviceTensors tensors) {
    Selection selection = new Selection(2, 2, 3);
    assertThat(selection.readMask(new float[] {0, 1, 1, 1, 0, 1}, 1)).isTrue();
    Tensor out = tensors.gaussian(2, 2, 7);
    kernels.gather(selection, tensors.gaussian(2, 3, 7), out).run();
    return out;
  }

  private static Tensor exponential(CudaKernels kernels, DeviceTensors tensors) {
    Tensor x = tensors.gaussian(ROWS, COLUMNS);
    kernels.unary(Unary.of(Unary.Kind.EXP), x, x).run();
    return x;
  }

  private static Tensor rowMaximum(CudaKernels kernels, DeviceTensors tensors) {
    Tensor out = tensors.gaussian(ROWS);
    kernels.rowMaximum(tensors.gaussian(ROWS, COLUMNS), out).run();
    return out;
  }

  private static Tensor zeros(CudaKernels kernels, DeviceTensors tensors) {
    Tensor x = tensors.gaussian(ROWS, COLUMNS);
    kernels.zeroRows(new Rows(x, 0, x.length()), 1, x.length()).run();
    return x;
  }
}
