package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.memory.NotEnoughMemoryException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Memory that the plans of a session use in turn; it grows to the largest of them. */
final class Arena implements AutoCloseable {
  private final Memory memory;
  private Storage storage; // null while nothing is taken
  private long required;

  /** Nothing is taken yet. */
  Arena(Memory memory) {
    this.memory = memory;
  }

  /**
   * Makes room.
   *
   * @return whether the memory has moved, so that addresses in it are void
   * @throws NotEnoughMemoryException when less is left; nothing is taken then, and addresses are
   *     void too
   */
  boolean require(long bytes) {
    if (storage != null && required >= bytes) {
      return false;
    }
    close();
    storage = memory.allocateSparing("running the model on one batch", Math.max(bytes, 1));
    required = bytes;
    return true;
  }

  /**
   * A tensor in this memory.
   *
   * @param offset its first byte
   */
  Tensor tensor(ElementType type, long offset, long... shape) {
    return storage.tensor(type, offset, shape);
  }

  /**
   * A float32 array in this memory, which must be the host's.
   *
   * @param offset its first byte
   */
  INDArray array(long offset, long... shape) {
    return storage.array(offset, shape);
  }

  long bytes() {
    return storage == null ? 0 : storage.bytes();
  }

  @Override
  public void close() {
    if (storage != null) {
      storage.close();
      storage = null;
    }
  }
}
