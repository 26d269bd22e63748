package dev.mto.executor.kernels;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/** A dense tensor in c order at a fixed address outside the heap. */
public final class Tensor {
  private final ElementType type;
  private final Pointer memory;
  private final long[] shape;

  /**
   * A float32 tensor.
   *
   * @param memory address of the first element; whoever made the tensor keeps it allocated
   * @param shape extents; none for a scalar
   */
  public Tensor(FloatPointer memory, long... shape) {
    this(ElementType.FLOAT32, memory, shape);
  }

  /**
   * A bfloat16 tensor.
   *
   * @param memory address of the first element; whoever made the tensor keeps it allocated
   * @param shape extents; none for a scalar
   */
  public Tensor(ShortPointer memory, long... shape) {
    this(ElementType.BFLOAT16, memory, shape);
  }

  private Tensor(ElementType type, Pointer memory, long... shape) {
    this.type = type;
    this.memory = memory;
    this.shape = shape.clone();
  }

  /** What its elements are. */
  public ElementType type() {
    return type;
  }

  /** Address of the first element, of whatever type. */
  Pointer address() {
    return memory;
  }

  /**
   * Address of the first element of a float32 tensor.
   *
   * @throws IllegalStateException for another type
   */
  public FloatPointer memory() {
    if (memory instanceof FloatPointer floats) {
      return floats;
    }
    throw new IllegalStateException(this + " where a float32 tensor is needed");
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
    return new Tensor(type, memory, other);
  }

  /** The tensor of this shape that starts {@code elements} after this one. */
  public Tensor at(long elements, long... part) {
    return new Tensor(type, memory.getPointer(elements), part);
  }

  /** Whether both start at the same address. */
  public boolean sameMemory(Tensor other) {
    return memory.address() == other.memory.address();
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
