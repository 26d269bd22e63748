package dev.mto.executor.kernels;

import dev.mto.executor.memory.AvailableMemory;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The memory of the processor. */
final class HostMemory implements Memory {
  private static final int ALIGNMENT_BYTES = 64;
  private static final long ASKED_ABOUT = 1 << 20; // bytes; asking takes a millisecond
  private static final long FILLED_AT_ONCE = 8192; // elements

  @Override
  public boolean isHost() {
    return true;
  }

  @Override
  public Storage allocate(String what, long bytes) {
    long elements = (bytes + ALIGNMENT_BYTES) / Float.BYTES;
    if (bytes >= ASKED_ABOUT) {
      AvailableMemory.ofThisMachine().require(what, elements * Float.BYTES);
    }
    INDArray memory = Nd4j.createUninitializedDetached(DataType.FLOAT, elements);
    if (memory.data().address() == 0) {
      throw new IllegalStateException("the system gave no memory for %d bytes".formatted(bytes));
    }
    return new HostStorage(memory);
  }

  @Override
  public void fill(Tensor to, float element) {
    int length = (int) Math.min(to.length(), FILLED_AT_ONCE);
    float[] floats = new float[length];
    Arrays.fill(floats, element);
    short[] shorts = new short[length];
    Arrays.fill(shorts, (short) (Float.floatToIntBits(element) >>> 16));
    for (long at = 0; at < to.length(); at += length) {
      int count = (int) Math.min(length, to.length() - at);
      Pointer first = to.pointer().getPointer(at);
      switch (to.type()) {
        case FLOAT32 -> ((FloatPointer) first).put(floats, 0, count);
        case BFLOAT16 -> ((ShortPointer) first).put(shorts, 0, count);
      }
    }
  }

  @Override
  public void upload(INDArray from, Tensor to) {
    Pointer.memcpy(to.memory(), first(from), from.length() * Float.BYTES);
  }

  @Override
  public void download(List<Copy> copies) {
    for (Copy copy : copies) {
      INDArray to = copy.to();
      Pointer.memcpy(first(to), copy.from().memory(), to.length() * Float.BYTES);
    }
  }

  private static FloatPointer first(INDArray array) {
    return new FloatPointer(array.data().pointer()).getPointer(array.offset());
  }

  /** An array of ND4J with room to start at a multiple of 64. */
  private static final class HostStorage implements Storage {
    private final INDArray memory;
    private final long start; // bytes

    HostStorage(INDArray memory) {
      this.memory = memory;
      long beyond = memory.data().address() % ALIGNMENT_BYTES;
      this.start = beyond == 0 ? 0 : ALIGNMENT_BYTES - beyond;
    }

    @Override
    public long bytes() {
      return memory.length() * Float.BYTES;
    }

    @Override
    public Tensor tensor(ElementType type, long offset, long... shape) {
      BytePointer first = new BytePointer(memory.data().pointer()).getPointer(start + offset);
      return switch (type) {
        case FLOAT32 -> new Tensor(new FloatPointer(first), shape);
        case BFLOAT16 -> new Tensor(new ShortPointer(first), shape);
      };
    }

    @Override
    public INDArray array(long offset, long... shape) {
      return Nd4j.create(
          memory.data(),
          shape,
          Nd4j.getStrides(shape, 'c'),
          (start + offset) / Float.BYTES,
          'c',
          DataType.FLOAT);
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
