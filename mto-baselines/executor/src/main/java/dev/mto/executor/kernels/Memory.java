package dev.mto.executor.kernels;

import dev.mto.executor.memory.NotEnoughMemoryException;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where the tensors of a set of kernels live, and how elements get there and back. */
public interface Memory {
  /**
   * Whether it is the memory of ND4J's arrays, so that kernels can work on these where they are.
   */
  boolean isHost();

  /**
   * A stretch whose elements are anything.
   *
   * @param what needs it, for people
   * @param bytes its size, at least 1
   * @throws NotEnoughMemoryException when less is left; nothing is taken then
   */
  Storage allocate(String what, long bytes);

  /**
   * As {@link #allocate}, for the most of what there is: some is spared for what comes with the
   * first kernels.
   */
  default Storage allocateSparing(String what, long bytes) {
    return allocate(what, bytes);
  }

  /** Sets each element to {@code element}, cut to bfloat16 where the tensor is of that type. */
  void fill(Tensor to, float element);

  /**
   * Copies the elements of an array to a tensor, after the kernels run so far; the array may change
   * when this returns.
   *
   * @param from float32, dense and in c order, of as many elements as {@code to}
   * @param to float32
   */
  void upload(INDArray from, Tensor to);

  /** Copies the elements of tensors to arrays, when all kernels run so far have written theirs. */
  void download(List<Copy> copies);

  /** As {@link #download(List)}, of one tensor. */
  default void download(Tensor from, INDArray to) {
    download(List.of(new Copy(from, to)));
  }

  /**
   * What is copied to the host.
   *
   * @param from float32
   * @param to float32, dense and in c order, of as many elements as {@code from}
   */
  record Copy(Tensor from, INDArray to) {}
}
