package dev.mto.executor.cuda;

import com.sun.jna.Memory;
import dev.mto.executor.kernels.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Arguments of a kernel in their order, each of the type that {@code kernels.cu} declares. */
final class KernelArguments {
  private final List<ByteBuffer> values = new ArrayList<>();

  KernelArguments with(int value) {
    return with(bytes(Integer.BYTES).putInt(value));
  }

  KernelArguments with(long value) {
    return with(bytes(Long.BYTES).putLong(value));
  }

  KernelArguments with(float value) {
    return with(bytes(Float.BYTES).putFloat(value));
  }

  /** The address of each. */
  KernelArguments with(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      with(tensor.address());
    }
    return this;
  }

  KernelArguments with(Strided strided) {
    return with(strided.bytes());
  }

  /** A struct, as C lays it out. */
  KernelArguments with(ByteBuffer value) {
    values.add(value);
    return this;
  }

  static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.nativeOrder());
  }

  /** Addresses of the values and, behind them, the values, as the driver takes them. */
  Memory packed() {
    long size = (long) Long.BYTES * values.size();
    for (ByteBuffer value : values) {
      size += aligned(value.capacity());
    }
    Memory packed = new Memory(size);
    long at = (long) Long.BYTES * values.size();
    for (int i = 0; i < values.size(); i++) {
      byte[] value = values.get(i).array();
      packed.setPointer((long) Long.BYTES * i, packed.share(at));
      packed.write(at, value, 0, value.length);
      at += aligned(value.length);
    }
    return packed;
  }

  private static long aligned(long bytes) {
    return (bytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
  }
}
