package dev.mto.executor.plan;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.memory.AvailableMemory;
import dev.mto.executor.memory.NotEnoughMemoryException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.ShortPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Memory that the plans of a session use in turn; it grows to the largest of them. */
final class Arena implements AutoCloseable {
  private static final int ALIGNMENT_BYTES = 64;

  private INDArray memory;
  private long start; // bytes

  /**
   * Makes room.
   *
   * @return whether the memory has moved, so that addresses in it are void
   * @throws NotEnoughMemoryException when the machine has less left; nothing is taken then
   */
  boolean require(long bytes) {
    long elements = (bytes + ALIGNMENT_BYTES) / Float.BYTES;
    if (memory != null && memory.length() >= elements) {
      return false;
    }
    close();
    AvailableMemory.ofThisMachine()
        .require("running the model on one batch", elements * Float.BYTES);
    memory = Nd4j.createUninitializedDetached(DataType.FLOAT, elements);
    if (memory.data().address() == 0) {
      throw new IllegalStateException("the system gave no memory for %d bytes".formatted(bytes));
    }
    long beyond = memory.data().address() % ALIGNMENT_BYTES;
    start = beyond == 0 ? 0 : ALIGNMENT_BYTES - beyond;
    return true;
  }

  /**
   * A tensor in this memory.
   *
   * @param offset its first byte
   */
  Tensor tensor(ElementType type, long offset, long... shape) {
    BytePointer first = new BytePointer(memory.data().pointer()).getPointer(start + offset);
    return switch (type) {
      case FLOAT32 -> new Tensor(new FloatPointer(first), shape);
      case BFLOAT16 -> new Tensor(new ShortPointer(first), shape);
    };
  }

  /**
   * A float32 array in this memory.
   *
   * @param offset its first byte
   */
  INDArray array(long offset, long... shape) {
    return Nd4j.create(
        memory.data(),
        shape,
        Nd4j.getStrides(shape, 'c'),
        (start + offset) / Float.BYTES,
        'c',
        DataType.FLOAT);
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
