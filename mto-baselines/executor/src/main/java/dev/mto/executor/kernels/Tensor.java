package dev.mto.executor.kernels;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/**
 * A dense tensor in c order at a fixed address, in memory of the host outside the heap or in that
 * of another device.
 */
public final class Tensor {
  private final ElementType type;
  private final long address;
  private final Pointer memory; // null where the host cannot read it
  private final long[] shape;

  /**
   * A float32 tensor.
   *
   * @param memory address of the first element; whoever made the tensor keeps it allocated
   * @param shape extents; none for a scalar
   */
  public Tensor(FloatPointer memory, long... shape) {
    this(ElementType.FLOAT32, memory.address(), memory, shape);
  }

  /**
   * A bfloat16 tensor.
   *
   * @param memory address of the first element; whoever made the tensor keeps it allocated
   * @param shape extents; none for a scalar
   */
  public Tensor(ShortPointer memory, long... shape) {
    this(ElementType.BFLOAT16, memory.address(), memory, shape);
  }

  private Tensor(ElementType type, long address, Pointer memory, long... shape) {
    this.type = type;
    this.address = address;
    this.memory = memory;
    this.shape = shape.clone();
  }

  /**
   * A tensor that the host cannot read.
   *
   * @param address of the first element, in the memory of a device; whoever made the tensor keeps
   *     it allocated
   * @param shape extents; none for a scalar
   */
  public static Tensor onDevice(ElementType type, long address, long... shape) {
    return new Tensor(type, address, null, shape);
  }

  /** What its elements are. */
  public ElementType type() {
    return type;
  }

  /** Address of the first element, in the memory where the tensor lives. */
  public long address() {
    return address;
  }

  /**
   * The first element in host memory, of whatever type.
   *
   * @throws IllegalStateException where it is in that of a device
   */
  Pointer pointer() {
    if (memory == null) {
      throw new IllegalStateException(this + " of a device where one of the host is needed");
    }
    return memory;
  }

  /**
   * The first element of a float32 tensor in host memory.
   *
   * @throws IllegalStateException for another type, or in the memory of a device
   */
  public FloatPointer memory() {
    if (pointer() instanceof FloatPointer floats) {
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

  /** Elements between neighbours along each dimension of a dense tensor in c order. */
  public static long[] strides(long... shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strides;
  }

  /** The same elements in another shape. */
  public Tensor reshaped(long... other) {
    if (length(other) != length()) {
      throw new IllegalArgumentException(
          "a tensor of shape %s has no %d elements for shape %s"
              .formatted(Arrays.toString(shape), length(other), Arrays.toString(other)));
    }
    return new Tensor(type, address, memory, other);
  }

  /** The tensor of this shape that starts {@code elements} after this one. */
  public Tensor at(long elements, long... part) {
    return new Tensor(
        type,
        address + elements * type.bytes(),
        memory == null ? null : memory.getPointer(elements),
        part);
  }

  /** Whether both start at the same address. */
  public boolean sameMemory(Tensor other) {
    return address == other.address;
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
