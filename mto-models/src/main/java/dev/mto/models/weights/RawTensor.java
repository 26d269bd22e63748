package dev.mto.models.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The memory of dense arrays as little-endian bytes in c order. */
final class RawTensor {
  private RawTensor() {}

  /** Copies {@code bytes}, all of them, into a new array. */
  static INDArray of(DataType type, long[] shape, ByteBuffer bytes) {
    INDArray array = Nd4j.createUninitialized(type, shape);
    if (!array.isEmpty()) {
      bytes(array).put(bytes);
      written(array);
    }
    return array;
  }

  /** The live memory of a dense array. */
  static ByteBuffer bytes(INDArray array) {
    Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    return array.data().pointer().asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** Says that the memory of {@code array} was changed on the host. */
  static void written(INDArray array) {
    Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
  }

  /** {@code array} itself or, where it is a view or not in c order, a dense copy. */
  static INDArray dense(INDArray array) {
    boolean whole =
        array.ordering() == 'c' && !array.isView() && array.data().length() == array.length();
    return array.isEmpty() || whole ? array : array.dup('c');
  }

  /**
   * Bytes of a tensor.
   *
   * @throws ArithmeticException when there are too many to count
   * @throws IllegalArgumentException when a dimension is negative
   */
  static long size(DataType type, long[] shape) {
    long size = type.width();
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("negative dimension " + dimension);
      }
      size = Math.multiplyExact(size, dimension);
    }
    return size;
  }
}
