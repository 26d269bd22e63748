package dev.mto.executor.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A stretch of a {@link Memory}, in which tensors are placed. It starts at a multiple of 64. */
public interface Storage extends AutoCloseable {
  /** Its size. */
  long bytes();

  /**
   * A tensor in it, valid until it is closed.
   *
   * @param offset first byte
   */
  Tensor tensor(ElementType type, long offset, long... shape);

  /**
   * The same float32 elements as {@link #tensor}, as an array.
   *
   * @param offset first byte
   * @throws IllegalStateException where it is not host memory
   */
  INDArray array(long offset, long... shape);

  /** Gives the memory back. */
  @Override
  void close();
}
