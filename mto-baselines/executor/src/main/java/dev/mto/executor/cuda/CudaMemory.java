package dev.mto.executor.cuda;

import com.sun.jna.Pointer;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of a GPU. */
final class CudaMemory implements Memory {
  private final CudaDevice device;
  private final Grid grid;

  CudaMemory(CudaDevice device, Grid grid) {
    this.device = device;
    this.grid = grid;
  }

  @Override
  public boolean isHost() {
    return false;
  }

  @Override
  public Storage allocate(String what, long bytes) {
    return new DeviceStorage(device.allocate(what, bytes), bytes);
  }

  @Override
  public Storage allocateSparing(String what, long bytes) {
    device.requireSpare(what, bytes);
    return allocate(what, bytes);
  }

  @Override
  public void fill(Tensor to, float element) {
    String kernel =
        switch (to.type()) {
          case FLOAT32 -> "fill_float32";
          case BFLOAT16 -> "fill_bfloat16";
        };
    grid.elements(kernel, to.length(), new KernelArguments().with(to).with(element)).run();
  }

  @Override
  public void upload(INDArray from, Tensor to) {
    device.upload(first(from), to.address(), from.length() * Float.BYTES);
  }

  @Override
  public void download(List<Copy> copies) {
    for (Copy copy : copies) {
      INDArray to = copy.to();
      device.download(copy.from().address(), first(to), to.length() * Float.BYTES);
    }
    if (!copies.isEmpty()) {
      device.finish();
    }
  }

  private static Pointer first(INDArray array) {
    return new Pointer(array.data().address() + array.offset() * Float.BYTES);
  }

  private final class DeviceStorage implements Storage {
    private final long address;
    private final long bytes;

    DeviceStorage(long address, long bytes) {
      this.address = address;
      this.bytes = bytes;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public Tensor tensor(ElementType type, long offset, long... shape) {
      return Tensor.onDevice(type, address + offset, shape);
    }

    @Override
    public INDArray array(long offset, long... shape) {
      throw new IllegalStateException("memory of " + device.name() + " where arrays are needed");
    }

    @Override
    public void close() {
      device.free(address);
    }
  }
}
