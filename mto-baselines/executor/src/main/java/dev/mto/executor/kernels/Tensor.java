package dev.mto.executor.kernels;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;

/** A dense float32 tensor in c order at a fixed address outside the heap. */
public final class Tensor {
  private final FloatPointer memory;
  private final long[] shape;

  /**
   * A tensor.
   *
   * @param memory address of the first element; whoever made the tensor keeps it allocated
   * @param shape extents; none for a scalar
   */
  public Tensor(FloatPointer memory, long... shape) {
    this.memory = memory;
    this.shape = shape.clone();
  }

  /** Address of the first element. */
  public FloatPointer memory() {
    return memory;
  }

  /** Extents; not to be changed. */
  public long[] shape() {
    return shape;
  }

  /** Number of elements. */
  public long length() {
    return length(shape);
  }

  /** Number of elements of a tensor of this shape. */
  public static long length(long... shape) {
    long length = 1;
    for (long extent : shape) {
      length *= extent;
    }
    return length;
  }

  /** The same elements in another shape. */
  public Tensor reshaped(long... other) {
    if (length(other) != length()) {
      throw new IllegalArgumentException(
          "a tensor of shape %s has no %d elements for shape %s"
              .formatted(Arrays.toString(shape), length(other), Arrays.toString(other)));
    }
    return new Tensor(memory, other);
  }

  /** The tensor of this shape that starts {@code elements} after this one. */
  public Tensor at(long elements, long... part) {
    return new Tensor(memory.getPointer(elements), part);
  }

  /** Whether both start at the same address. */
  public boolean sameMemory(Tensor other) {
    return memory.address() == other.memory.address();
  }

  @Override
  public String toString() {
    return "float32" + Arrays.toString(shape);
  }
}
