package dev.mto.executor.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A GPU: its memory, one stream, in which all that is asked for is done in turn, and the functions
 * of {@code kernels.cu}, compiled for it.
 */
final class CudaDevice implements AutoCloseable {
  /**
   * GPUs that failed since they were opened last. What is given back afterwards is refused by the
   * driver, and there is nobody to tell: the failure itself was told.
   */
  private static final Set<Integer> FAILED = ConcurrentHashMap.newKeySet();

  /** What each thread has told the driver to use. */
  private static final ThreadLocal<CudaDevice> CURRENT = new ThreadLocal<>();

  /** Those of {@link #shared}, by number. */
  private static final Map<Integer, CudaDevice> SHARED = new HashMap<>();

  /** One part of so many of the memory is not given to batches. */
  private static final int SPARE_PART = 64;

  private final int device;
  private final String name;
  private final int capability;
  private final int multiprocessors;
  private final Pointer context;
  private final Pointer stream;
  private final Pointer module;
  private final Staging staging;
  private final Map<Long, Long> allocated = new HashMap<>(); // bytes by address
  private long allocatedBytes;
  private long peakBytes;
  private long graphsStarted;
  private boolean capturing;
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
    CudaGpu gpu = CudaGpu.of(ordinal).requireFit();
    name = gpu.name();
    capability = gpu.capability();
    device = gpu.handle();
    PointerByReference made = new PointerByReference();
    check(CudaDriver.cuDevicePrimaryCtxRetain(made, device), "opening " + name);
    context = made.getValue();
    Pointer begun = null;
    try {
      enter();
      multiprocessors = gpu.multiprocessors();
      check(CudaDriver.cuStreamCreate(made, CudaDriver.NON_BLOCKING), "opening " + name);
      begun = made.getValue();
      Memory cubin = KernelSource.compiled(gpu.capability());
      check(CudaDriver.cuModuleLoadData(made, cubin), "loading kernels on " + name);
      module = made.getValue();
      stream = begun;
      staging = new Staging(this);
    } catch (RuntimeException | Error e) {
      release(begun);
      throw e;
    }
    FAILED.remove(device);
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

  /** The GPU of the number that is {@link #shared}, if anybody has opened it so. */
  static Optional<CudaDevice> open(int ordinal) {
    synchronized (SHARED) {
      return Optional.ofNullable(SHARED.get(ordinal));
    }
  }

  /** What people call it. */
  String name() {
    return name;
  }

  /** Its compute capability, as 86 for 8.6. */
  int capability() {
    return capability;
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
  synchronized long allocate(String what, long bytes) {
    enter();
    LongByReference address = new LongByReference();
    int error = CudaDriver.cuMemAlloc_v2(address, bytes);
    if (error == CudaDriver.OUT_OF_MEMORY) {
      CudaUse use = use();
      throw new NotEnoughMemoryException(
          what + " on " + name, bytes, use.totalBytes() - use.takenBytes());
    }
    check(error, "allocating %d bytes for %s".formatted(bytes, what));
    allocated.put(address.getValue(), bytes);
    allocatedBytes += bytes;
    peakBytes = Math.max(peakBytes, allocatedBytes);
    return address.getValue();
  }

  /**
   * Refuses what would leave too little of the memory for what is taken when kernels first run: by
   * the driver and libraries for their code and for graphs, by an optimizer for its tables.
   *
   * @param what needs it, for people
   * @throws NotEnoughMemoryException when it would
   */
  void requireSpare(String what, long bytes) {
    CudaUse use = use();
    long available = use.totalBytes() - use.takenBytes() - use.totalBytes() / SPARE_PART;
    if (bytes > available) {
      throw new NotEnoughMemoryException(what + " on " + name, bytes, Math.max(0, available));
    }
  }

  /** Who has its memory, and what was run. */
  synchronized CudaUse use() {
    enter();
    LongByReference free = new LongByReference();
    LongByReference total = new LongByReference();
    check(CudaDriver.cuMemGetInfo_v2(free, total), "asking " + name);
    return new CudaUse(
        peakBytes, total.getValue() - free.getValue(), total.getValue(), graphsStarted);
  }

  /** Gives memory back. */
  synchronized void free(long address) {
    allocatedBytes -= allocated.remove(address);
    if (FAILED.contains(device)) {
      CudaDriver.cuMemFree_v2(address);
      return;
    }
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
    requireDone(CudaDriver.cuStreamSynchronize(stream));
    staging.finished();
  }

  /** Memory of the host that the device reads and writes by itself. */
  Pointer pinned(long bytes) {
    enter();
    PointerByReference made = new PointerByReference();
    int error = CudaDriver.cuMemHostAlloc(made, bytes, 0);
    if (error == CudaDriver.OUT_OF_MEMORY) {
      throw new CudaException(
          "the host has no %d MiB of memory that %s could copy from and to; see what free and"
                  .formatted(bytes >> 20, name)
              + " ulimit -l say, and give this process more");
    }
    check(error, "allocating memory of the host for copies");
    return made.getValue();
  }

  /** What {@link #record} and {@link #await} take. */
  Pointer event() {
    enter();
    PointerByReference made = new PointerByReference();
    check(CudaDriver.cuEventCreate(made, CudaDriver.WITHOUT_TIME), "preparing copies");
    return made.getValue();
  }

  /** Makes an event that of all that was asked for so far. */
  void record(Pointer event) {
    enter();
    check(CudaDriver.cuEventRecord(event, stream), "preparing copies");
  }

  /** Waits until all that an event is of is done. */
  void await(Pointer event) {
    enter();
    requireDone(CudaDriver.cuEventSynchronize(event));
  }

  private void requireDone(int error) {
    if (error != 0) {
      staging.failed();
    }
    check(error, "waiting for " + name);
  }

  /**
   * Does what asks the device for something, in turn with what others ask for: all of a capture is
   * that of one thread.
   */
  synchronized void inTurn(Runnable asking) {
    enter();
    asking.run();
  }

  /**
   * Prepares a function of {@code kernels.cu}.
   *
   * @param blocks in the grid; nothing is run where there are none
   * @param threads in a block
   */
  Kernel kernel(String function, long blocks, int threads, KernelArguments arguments) {
    if (blocks == 0) {
      return () -> {};
    }
    enter();
    PointerByReference found = new PointerByReference();
    check(CudaDriver.cuModuleGetFunction(found, module, function), "finding kernel " + function);
    Pointer handle = found.getValue();
    int grid = Math.toIntExact(blocks);
    Memory packed = arguments.packed();
    return () ->
        inTurn(
            () -> {
              last = function;
              check(
                  CudaDriver.cuLaunchKernel(
                      handle, grid, 1, 1, threads, 1, 1, 0, stream, packed, Pointer.NULL),
                  "starting a kernel");
            });
  }

  /**
   * What is asked for meanwhile as a graph, and none of it done.
   *
   * @throws CudaException when something cannot be captured; the GPU is as it was
   */
  synchronized Pointer captured(Runnable asks) {
    enter();
    check(
        CudaDriver.cuStreamBeginCapture_v2(stream, CudaDriver.CAPTURE_OF_THREAD),
        "beginning a capture");
    PointerByReference graph = new PointerByReference();
    capturing = true;
    int error;
    try {
      asks.run();
    } finally {
      error = CudaDriver.cuStreamEndCapture(stream, graph);
      capturing = false;
    }
    requireCaptured(error);
    PointerByReference executable = new PointerByReference();
    error =
        CudaDriver.cuGraphInstantiate_v2(
            executable, graph.getValue(), Pointer.NULL, Pointer.NULL, 0);
    CudaDriver.cuGraphDestroy(graph.getValue());
    requireCaptured(error);
    return executable.getValue();
  }

  private static void requireCaptured(int error) {
    if (error != 0) {
      throw new CudaException("the driver refuses it: " + CudaDriver.text(error));
    }
  }

  /** Starts a graph that was {@link #captured}. */
  synchronized void startGraph(Pointer executable, int kernels) {
    enter();
    last = "one of a graph of " + kernels;
    check(CudaDriver.cuGraphLaunch(executable, stream), "starting a graph");
    graphsStarted++;
  }

  /** Gives a graph back that was {@link #captured}. */
  void closeGraph(Pointer executable) {
    if (!FAILED.contains(device)) {
      enter();
    }
    CudaDriver.cuGraphExecDestroy(executable);
  }

  /**
   * Refuses an error.
   *
   * @param what was being done, for people
   */
  void check(int error, String what) {
    if (error == CudaDriver.OUT_OF_MEMORY) {
      throw new CudaException(
          "the memory of %s is full, which was found while %s; see with nvidia-smi who has it, and"
                  .formatted(name, what)
              + " wait or choose another GPU");
    }
    if (error != 0 && capturing) {
      throw new CudaException(what + ": " + CudaDriver.text(error));
    }
    if (error != 0) {
      FAILED.add(device);
      throw new CudaException(
          "the GPU failed while %s: %s; the last kernel was %s. Start again from the last"
                  .formatted(what, CudaDriver.text(error), last)
              + " checkpoint; if it happens again, look at the GPU with nvidia-smi and dmesg");
    }
  }

  /** Whether it failed since it was opened last. */
  boolean hasFailed() {
    return FAILED.contains(device);
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
    if (!FAILED.contains(device)) {
      enter();
      CudaDriver.cuStreamSynchronize(stream);
    }
    staging.close();
    CudaDriver.cuModuleUnload(module);
    release(stream);
  }

  private void release(Pointer begun) {
    if (begun != null) {
      CudaDriver.cuStreamDestroy_v2(begun);
    }
    leave();
    CudaDriver.cuDevicePrimaryCtxRelease_v2(device);
  }

  /** Leaves the calling thread without a GPU, until it enters one. */
  static void leave() {
    CudaDriver.cuCtxSetCurrent(Pointer.NULL);
    CURRENT.remove();
  }
}
