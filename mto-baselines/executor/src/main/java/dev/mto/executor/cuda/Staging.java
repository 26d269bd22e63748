package dev.mto.executor.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of the host that a device reads and writes by itself, through which all copies go: pinned,
 * of a fixed size, filled from its beginning again when all that was asked for is done. So an
 * upload need not be waited for, and many downloads are waited for once.
 */
final class Staging implements AutoCloseable {
  private static final long BYTES = 16L << 20;
  private static final long ALIGNMENT = 64;

  private final CudaDevice device;
  private final List<Landing> landings = new ArrayList<>();
  private Pointer memory; // null until something is copied
  private long used;

  /** What is to be copied on to where it was asked for, once it has come. */
  private record Landing(long at, Pointer to, long bytes) {}

  Staging(CudaDevice device) {
    this.device = device;
  }

  /** As {@link CudaDevice#upload}. */
  void upload(Pointer from, long to, long bytes) {
    for (long done = 0; done < bytes; ) {
      long part = room(bytes - done);
      copy(from.share(done), memory.share(used), part);
      device.copyIn(memory.share(used), to + done, part);
      use(part);
      done += part;
    }
  }

  /** As {@link CudaDevice#download}. */
  void download(long from, Pointer to, long bytes) {
    for (long done = 0; done < bytes; ) {
      long part = room(bytes - done);
      device.copyOut(from + done, memory.share(used), part);
      landings.add(new Landing(used, to.share(done), part));
      use(part);
      done += part;
    }
  }

  /** How much of so many bytes there is room for, after a wait where there is none. */
  private long room(long bytes) {
    if (memory == null) {
      PointerByReference made = new PointerByReference();
      device.enter();
      device.check(CudaDriver.cuMemHostAlloc(made, BYTES, 0), "allocating memory for copies");
      memory = made.getValue();
    }
    if (used >= BYTES) {
      device.finish();
    }
    return Math.min(bytes, BYTES - used);
  }

  private void use(long bytes) {
    used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** All that was asked for is done. */
  void finished() {
    for (Landing landing : landings) {
      copy(memory.share(landing.at()), landing.to(), landing.bytes());
    }
    landings.clear();
    used = 0;
  }

  private static void copy(Pointer from, Pointer to, long bytes) {
    to.getByteBuffer(0, bytes).put(from.getByteBuffer(0, bytes));
  }

  @Override
  public void close() {
    if (memory != null) {
      CudaDriver.cuMemFreeHost(memory);
    }
  }
}
