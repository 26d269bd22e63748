package dev.mto.executor.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.util.HashMap;
import java.util.Map;

/**
 * A GPU: its memory, one stream, in which all that is asked for is done in turn, and the functions
 * of {@code kernels.cu}, compiled for it.
 */
final class CudaDevice implements AutoCloseable {
  private static final int OLDEST_CAPABILITY = 75;
  private static final int NAME_BYTES = 256;

  /** What each thread has told the driver to use. */
  private static final ThreadLocal<CudaDevice> CURRENT = new ThreadLocal<>();

  /** Those of {@link #shared}, by number. */
  private static final Map<Integer, CudaDevice> SHARED = new HashMap<>();

  private final int device;
  private final String name;
  private final int multiprocessors;
  private final Pointer context;
  private final Pointer stream;
  private final Pointer module;
  private final Staging staging;
  private String last = "nothing";
  private int users = 1;

  /**
   * Opens a GPU.
   *
   * @param ordinal its number, from 0
   * @throws CudaException when it cannot be used
   */
  CudaDevice(int ordinal) {
    CudaLibraries.require();
    requireDevice(ordinal);
    IntByReference number = new IntByReference();
    check(CudaDriver.cuDeviceGet(number, ordinal), "opening GPU " + ordinal);
    device = number.getValue();
    byte[] text = new byte[NAME_BYTES];
    check(CudaDriver.cuDeviceGetName(text, NAME_BYTES, device), "opening GPU " + ordinal);
    name = Native.toString(text);
    multiprocessors = attribute(CudaDriver.MULTIPROCESSORS);
    int capability =
        10 * attribute(CudaDriver.CAPABILITY_MAJOR) + attribute(CudaDriver.CAPABILITY_MINOR);
    if (capability < OLDEST_CAPABILITY) {
      throw new CudaException(
          "%s is too old: its compute capability is %d.%d, and 7.5 (Turing) is needed; run on"
                  .formatted(name, capability / 10, capability % 10)
              + " another GPU or on the CPU");
    }
    PointerByReference made = new PointerByReference();
    check(CudaDriver.cuDevicePrimaryCtxRetain(made, device), "opening " + name);
    context = made.getValue();
    enter();
    check(CudaDriver.cuStreamCreate(made, CudaDriver.NON_BLOCKING), "opening " + name);
    stream = made.getValue();
    Memory cubin = KernelSource.compiled(capability);
    check(CudaDriver.cuModuleLoadData(made, cubin), "loading kernels on " + name);
    module = made.getValue();
    staging = new Staging(this);
  }

  /**
   * A GPU that all who ask for it share, with its stream, until each has closed it.
   *
   * @param ordinal its number, from 0
   * @throws CudaException when it cannot be used
   */
  static CudaDevice shared(int ordinal) {
    synchronized (SHARED) {
      CudaDevice open = SHARED.get(ordinal);
      if (open == null) {
        open = new CudaDevice(ordinal);
        SHARED.put(ordinal, open);
      } else {
        open.users++;
      }
      return open;
    }
  }

  private static void requireDevice(int ordinal) {
    int error = CudaDriver.cuInit(0);
    IntByReference count = new IntByReference();
    if (error == 0) {
      error = CudaDriver.cuDeviceGetCount(count);
    }
    if (error != 0 || count.getValue() == 0) {
      throw new CudaException(
          "the NVIDIA driver finds no GPU (%s); see what nvidia-smi says, or run on the CPU"
              .formatted(error == 0 ? "it counts 0" : text(error)));
    }
    if (ordinal < 0 || ordinal >= count.getValue()) {
      throw new CudaException(
          "there is no GPU %d: this machine has %d, numbered from 0"
              .formatted(ordinal, count.getValue()));
    }
  }

  private int attribute(int which) {
    IntByReference value = new IntByReference();
    check(CudaDriver.cuDeviceGetAttribute(value, which, device), "asking " + name);
    return value.getValue();
  }

  /** What people call it. */
  String name() {
    return name;
  }

  /** How many blocks it runs at once, at least. */
  int multiprocessors() {
    return multiprocessors;
  }

  /** In which all is done in turn. */
  Pointer stream() {
    return stream;
  }

  /** Makes the GPU that of the calling thread, which may have used another one since. */
  void enter() {
    if (CURRENT.get() != this) {
      check(CudaDriver.cuCtxSetCurrent(context), "using " + name);
      CURRENT.set(this);
    }
  }

  /**
   * Memory of the GPU, at a multiple of 256.
   *
   * @param what needs it, for people
   * @throws NotEnoughMemoryException when less is left
   */
  long allocate(String what, long bytes) {
    enter();
    LongByReference address = new LongByReference();
    int error = CudaDriver.cuMemAlloc_v2(address, bytes);
    if (error == CudaDriver.OUT_OF_MEMORY) {
      LongByReference free = new LongByReference();
      check(CudaDriver.cuMemGetInfo_v2(free, new LongByReference()), "asking " + name);
      throw new NotEnoughMemoryException(what + " on " + name, bytes, free.getValue());
    }
    check(error, "allocating %d bytes for %s".formatted(bytes, what));
    return address.getValue();
  }

  void free(long address) {
    enter();
    check(CudaDriver.cuMemFree_v2(address), "freeing memory");
  }

  /** Copies from the host; the memory there may change when this returns. */
  synchronized void upload(Pointer from, long to, long bytes) {
    staging.upload(from, to, bytes);
  }

  /** Copies to the host what all that was asked for before has left; it is there when finished. */
  synchronized void download(long from, Pointer to, long bytes) {
    staging.download(from, to, bytes);
  }

  /** Asks for a copy from memory of the host that the device reads when it comes to it. */
  void copyIn(Pointer from, long to, long bytes) {
    enter();
    check(CudaDriver.cuMemcpyHtoDAsync_v2(to, from, bytes, stream), "copying to " + name);
  }

  /** Asks for a copy to memory of the host that the device writes when it comes to it. */
  void copyOut(long from, Pointer to, long bytes) {
    enter();
    check(CudaDriver.cuMemcpyDtoHAsync_v2(to, from, bytes, stream), "copying from " + name);
  }

  /** Waits until all that was asked for is done. */
  synchronized void finish() {
    enter();
    check(CudaDriver.cuStreamSynchronize(stream), "waiting for " + name);
    staging.finished();
  }

  /**
   * Prepares a function of {@code kernels.cu}.
   *
   * @param blocks in the grid
   * @param threads in a block
   */
  Kernel kernel(String function, long blocks, int threads, KernelArguments arguments) {
    enter();
    PointerByReference found = new PointerByReference();
    check(CudaDriver.cuModuleGetFunction(found, module, function), "finding kernel " + function);
    Pointer handle = found.getValue();
    int grid = Math.toIntExact(blocks);
    Memory packed = arguments.packed();
    return () -> {
      enter();
      last = function;
      check(
          CudaDriver.cuLaunchKernel(
              handle, grid, 1, 1, threads, 1, 1, 0, stream, packed, Pointer.NULL),
          "starting a kernel");
    };
  }

  /**
   * Refuses an error.
   *
   * @param what was being done, for people
   */
  void check(int error, String what) {
    if (error != 0) {
      throw new CudaException(
          "the GPU failed while %s: %s; the last kernel was %s. Start again from the last"
                  .formatted(what, text(error), last)
              + " checkpoint; if it happens again, look at the GPU with nvidia-smi and dmesg");
    }
  }

  private static String text(int error) {
    PointerByReference text = new PointerByReference();
    CudaDriver.cuGetErrorString(error, text);
    return text.getValue() == null
        ? "error " + error
        : "error %d, %s".formatted(error, text.getValue().getString(0));
  }

  /** A version of CUDA as people write it. */
  static String dotted(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  @Override
  public void close() {
    synchronized (SHARED) {
      users--;
      if (users > 0) {
        return;
      }
      SHARED.values().remove(this);
    }
    enter();
    CudaDriver.cuStreamSynchronize(stream);
    staging.close();
    CudaDriver.cuModuleUnload(module);
    CudaDriver.cuStreamDestroy_v2(stream);
    CudaDriver.cuDevicePrimaryCtxRelease_v2(device);
    CURRENT.remove();
  }
}
