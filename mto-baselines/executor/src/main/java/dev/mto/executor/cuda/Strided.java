package dev.mto.executor.cuda;

import dev.mto.executor.kernels.RepeatedShape;
import dev.mto.executor.kernels.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Which element of one tensor belongs to each of another, in c order: the struct of the same name
 * in {@code kernels.cu}.
 */
final class Strided {
  private static final int MOST_DIMENSIONS = 8;

  private final long[] extents; // of the other
  private final long[] strides; // elements between neighbours in the one, along each

  private Strided(long[] extents, long[] strides) {
    if (extents.length > MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          "a tensor of shape %s has more than %d dimensions"
              .formatted(Arrays.toString(extents), MOST_DIMENSIONS));
    }
    this.extents = extents;
    this.strides = strides;
  }

  /** A tensor repeated to another shape along its dimensions of extent 1. */
  static Strided repeated(long[] full, long[] repeated) {
    RepeatedShape shapes = RepeatedShape.of(full, repeated);
    long[] strides = Tensor.strides(shapes.repeated());
    for (int i = 0; i < strides.length; i++) {
      strides[i] = shapes.repeated()[i] == 1 ? 0 : strides[i];
    }
    return new Strided(shapes.full(), strides);
  }

  /** A tensor whose dimension {@code order[i]} is the other's dimension i. */
  static Strided permuted(long[] shape, int[] order) {
    long[] dense = Tensor.strides(shape);
    return new Strided(
        Arrays.stream(order).mapToLong(d -> shape[d]).toArray(),
        Arrays.stream(order).mapToLong(d -> dense[d]).toArray());
  }

  /** As C lays it out: the rank and its padding, extents, strides. */
  ByteBuffer bytes() {
    ByteBuffer bytes = KernelArguments.bytes(Long.BYTES * (1 + 2 * MOST_DIMENSIONS));
    bytes.putInt(0, extents.length);
    for (int i = 0; i < extents.length; i++) {
      bytes.putLong(Long.BYTES * (1 + i), extents[i]);
      bytes.putLong(Long.BYTES * (1 + MOST_DIMENSIONS + i), strides[i]);
    }
    return bytes;
  }
}
