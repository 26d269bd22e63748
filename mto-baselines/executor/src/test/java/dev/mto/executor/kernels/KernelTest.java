package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.AfterEach;

/** Tests of this machine's kernels, skipped where it has none, and tensors for them. */
abstract class KernelTest {
  final Kernels kernels = fastKernels();

  private static Kernels fastKernels() {
    Optional<Kernels> fast = KernelSets.fast();
    assumeTrue(fast.isPresent(), "no fast kernels here, or mto.kernels is standard");
    return fast.orElseThrow();
  }

  @AfterEach
  void close() {
    kernels.close();
  }

  static Tensor tensor(float[] elements, long... shape) {
    assertThat(Tensor.length(shape)).isEqualTo(elements.length);
    return new Tensor(new FloatPointer(elements), shape);
  }

  /** Normal elements. */
  static Tensor gaussian(long seed, long... shape) {
    Random random = new Random(seed);
    float[] elements = new float[(int) Tensor.length(shape)];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return tensor(elements, shape);
  }

  /** A result to be written, full of what must not be left over. */
  static Tensor unwritten(long... shape) {
    float[] elements = new float[(int) Tensor.length(shape)];
    Arrays.fill(elements, Float.NaN);
    return tensor(elements, shape);
  }

  static float[] elements(Tensor tensor) {
    float[] elements = new float[(int) tensor.length()];
    tensor.memory().get(elements);
    return elements;
  }

  /** Each element within {@code relative} times the largest expected one, or 1. */
  static void assertClose(Tensor actual, double[] expected, double relative) {
    double largest = 1;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    float[] elements = elements(actual);
    assertThat(elements).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) elements[i])
          .as("element " + i)
          .isCloseTo(expected[i], within(relative * largest));
    }
  }
}
