package dev.mto.executor.plan;

import dev.mto.executor.kernels.Tensor;
import java.util.Arrays;

/**
 * Part of a dimension as equally spaced runs of elements.
 *
 * @param rows number of runs
 * @param length elements of a run
 * @param stride elements from the start of a run to that of the next
 * @param start first element
 */
record RowBlock(long rows, long length, long stride, long start) {

  /** Elements {@code from} to {@code to} (exclusive) of dimension {@code axis}. */
  static RowBlock of(long[] shape, int axis, long from, long to) {
    long rows = Tensor.length(Arrays.copyOf(shape, axis));
    long inner = Tensor.length(Arrays.copyOfRange(shape, axis + 1, shape.length));
    return new RowBlock(rows, (to - from) * inner, shape[axis] * inner, from * inner);
  }
}
