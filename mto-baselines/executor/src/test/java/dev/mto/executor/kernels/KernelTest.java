package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tests of kernels, skipped where there are none, and tensors for them. */
abstract class KernelTest {
  final Kernels kernels = TestedKernels.require();
  private final List<Storage> taken = new ArrayList<>();

  @AfterEach
  void close() {
    taken.forEach(Storage::close);
    kernels.close();
  }

  /** A tensor in memory of its own, so that reading or writing beyond it shows. */
  Tensor allocate(ElementType type, long... shape) {
    Storage storage = kernels.memory().allocate("a test", Tensor.length(shape) * type.bytes());
    taken.add(storage);
    return storage.tensor(type, 0, shape);
  }

  Tensor tensor(float[] elements, long... shape) {
    assertThat(Tensor.length(shape)).isEqualTo(elements.length);
    Tensor tensor = allocate(ElementType.FLOAT32, shape);
    kernels.memory().upload(Nd4j.createFromArray(elements), tensor);
    return tensor;
  }

  /** Normal elements. */
  Tensor gaussian(long seed, long... shape) {
    Random random = new Random(seed);
    float[] elements = new float[(int) Tensor.length(shape)];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return tensor(elements, shape);
  }

  /** A result to be written, full of what must not be left over. */
  Tensor unwritten(long... shape) {
    return unwritten(ElementType.FLOAT32, shape);
  }

  Tensor unwritten(ElementType type, long... shape) {
    Tensor tensor = allocate(type, shape);
    kernels.memory().fill(tensor, Float.NaN);
    return tensor;
  }

  float[] elements(Tensor tensor) {
    INDArray elements = Nd4j.create(DataType.FLOAT, tensor.length());
    kernels.memory().download(tensor, elements);
    return elements.toFloatVector();
  }

  /** Each element within {@code relative} times the largest expected one, or 1. */
  void assertClose(Tensor actual, double[] expected, double relative) {
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
