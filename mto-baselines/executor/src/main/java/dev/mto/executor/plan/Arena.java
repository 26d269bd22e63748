package dev.mto.executor.plan;

import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.memory.AvailableMemory;
import dev.mto.executor.memory.NotEnoughMemoryException;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Memory that the plans of a session use in turn; it grows to the largest of them. */
final class Arena implements AutoCloseable {
  private static final int ALIGNMENT_BYTES = 64;
  private static final int PADDING = ALIGNMENT_BYTES / Float.BYTES;

  private INDArray memory;
  private long start;

  /**
   * Makes room.
   *
   * @return whether the memory has moved, so that addresses in it are void
   * @throws NotEnoughMemoryException when the machine has less left; nothing is taken then
   */
  boolean require(long elements) {
    if (memory != null && memory.length() >= elements + PADDING) {
      return false;
    }
    close();
    AvailableMemory.ofThisMachine()
        .require("running the model on one batch", (elements + PADDING) * Float.BYTES);
    memory = Nd4j.createUninitializedDetached(DataType.FLOAT, elements + PADDING);
    if (memory.data().address() == 0) {
      throw new IllegalStateException(
          "the system gave no memory for %d values".formatted(elements + PADDING));
    }
    long beyond = memory.data().address() % ALIGNMENT_BYTES;
    start = beyond == 0 ? 0 : (ALIGNMENT_BYTES - beyond) / Float.BYTES;
    return true;
  }

  Tensor tensor(long offset, long... shape) {
    FloatPointer pointer = new FloatPointer(memory.data().pointer());
    return new Tensor(pointer.getPointer(start + offset), shape);
  }

  INDArray array(long offset, long... shape) {
    return Nd4j.create(
        memory.data(), shape, Nd4j.getStrides(shape, 'c'), start + offset, 'c', DataType.FLOAT);
  }

  long bytes() {
    return memory == null ? 0 : memory.length() * Float.BYTES;
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}
