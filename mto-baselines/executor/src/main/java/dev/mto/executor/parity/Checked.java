package dev.mto.executor.parity;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tensors of a check, each in memory of its own until it is closed, and the comparison. */
final class Checked implements AutoCloseable {
  /** What some thousand operations in float32 may differ by, in any order. */
  static final double FLOAT32 = 1e-5;

  /** What one rounding to bfloat16 may: half of its last bit. */
  static final double BFLOAT16 = 1.0 / 256;

  /** What operands of 10 bits after the point may, rounded to the nearest or cut off. */
  static final double TF32 = 1.0 / 512;

  private final Kernels kernels;
  private final List<ParityResult> results;
  private final List<Storage> taken = new ArrayList<>();

  Checked(Kernels kernels, List<ParityResult> results) {
    this.kernels = kernels;
    this.results = results;
  }

  /** Normal elements, others for each shape. */
  Tensor gaussian(long... shape) {
    return uploaded(normal(taken.size(), shape), shape);
  }

  /** Elements from 0.2 on. */
  Tensor positive(long... shape) {
    float[] elements = normal(taken.size(), shape);
    for (int i = 0; i < elements.length; i++) {
      elements[i] = 0.2f + Math.abs(elements[i]);
    }
    return uploaded(elements, shape);
  }

  private static float[] normal(int seed, long... shape) {
    Random random = new Random(seed + Tensor.length(shape));
    float[] elements = new float[Math.toIntExact(Tensor.length(shape))];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return elements;
  }

  Tensor uploaded(float[] elements, long... shape) {
    Tensor tensor = allocate(ElementType.FLOAT32, shape);
    kernels.memory().upload(Nd4j.createFromArray(elements), tensor);
    return tensor;
  }

  /** The same elements, rounded. */
  Tensor narrow(Tensor x) {
    Tensor narrow = unwritten(ElementType.BFLOAT16, x.shape());
    kernels.cast(x, narrow).run();
    return narrow;
  }

  /** What a kernel has to write all of: no element is a number. */
  Tensor unwritten(long... shape) {
    return unwritten(ElementType.FLOAT32, shape);
  }

  Tensor unwritten(ElementType type, long... shape) {
    Tensor tensor = allocate(type, shape);
    kernels.memory().fill(tensor, Float.NaN);
    return tensor;
  }

  private Tensor allocate(ElementType type, long... shape) {
    Storage storage =
        kernels.memory().allocate("a check of kernels", Tensor.length(shape) * type.bytes());
    taken.add(storage);
    return storage.tensor(type, 0, shape);
  }

  double[] elements(Tensor tensor) {
    Tensor wide = tensor;
    if (tensor.type() == ElementType.BFLOAT16) {
      wide = unwritten(tensor.shape());
      kernels.cast(tensor, wide).run();
    }
    try (INDArray elements = Nd4j.create(DataType.FLOAT, wide.length())) {
      kernels.memory().download(wide, elements);
      return elements.toDoubleVector();
    }
  }

  /** Compares what a kernel wrote, within what its types explain. */
  void agrees(String kernel, Tensor out, double[] expected) {
    agrees(kernel, out, expected, out.type() == ElementType.BFLOAT16 ? BFLOAT16 : FLOAT32);
  }

  /** Compares what a kernel wrote, within {@code bound}. */
  void agrees(String kernel, Tensor out, double[] expected, double bound) {
    double[] found = elements(out);
    double largest = Double.MIN_NORMAL;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(found[i] - expected[i])); // what is no number stays
    }
    results.add(ParityResult.of(kernel, out.shape(), error / largest, bound));
  }

  @Override
  public void close() {
    taken.forEach(Storage::close);
  }
}
