package dev.mto.executor.cuda;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of the host that a device reads and writes by itself, through which all copies go: pinned
 * buffers that are filled in turn. A buffer is filled again when the copies through it are done,
 * which is waited for by itself: meanwhile the device copies by way of the others. So an upload is
 * not waited for, and many downloads are waited for once.
 *
 * <p>Copies are asked of the one stream of the device, in which each is done after the kernels
 * before it and before those behind it. A stream of their own would gain nothing: who uploads has
 * waited for the results of what ran before.
 */
final class Staging implements AutoCloseable {
  /** Of a buffer. */
  static final long BYTES = 4L << 20;

  private static final int BUFFERS = 4;
  private static final long ALIGNMENT = 64;

  private final CudaDevice device;
  private final List<Buffer> buffers = new ArrayList<>(); // made when they are needed
  private int filled; // number of the buffer that is

  /** What is to be copied on to where it was asked for, once it has come. */
  private record Landing(Pointer at, Pointer to, long bytes) {}

  /** Pinned memory, and what is copied through it. */
  private static final class Buffer {
    private final Pointer memory;
    private final Pointer event; // all that was asked for when the next buffer's turn came
    private final List<Landing> landings = new ArrayList<>();
    private long used;

    Buffer(CudaDevice device) {
      memory = device.pinned(BYTES);
      event = device.event();
    }

    void empty() {
      landings.forEach(landing -> copy(landing.at(), landing.to(), landing.bytes()));
      forget();
    }

    void forget() {
      landings.clear();
      used = 0;
    }
  }

  Staging(CudaDevice device) {
    this.device = device;
  }

  /** As {@link CudaDevice#upload}. */
  void upload(Pointer from, long to, long bytes) {
    for (long done = 0; done < bytes; ) {
      Buffer buffer = withRoom();
      long part = Math.min(bytes - done, BYTES - buffer.used);
      Pointer at = buffer.memory.share(buffer.used);
      copy(from.share(done), at, part);
      device.copyIn(at, to + done, part);
      buffer.used += aligned(part);
      done += part;
    }
  }

  /** As {@link CudaDevice#download}. */
  void download(long from, Pointer to, long bytes) {
    for (long done = 0; done < bytes; ) {
      Buffer buffer = withRoom();
      long part = Math.min(bytes - done, BYTES - buffer.used);
      Pointer at = buffer.memory.share(buffer.used);
      device.copyOut(from + done, at, part);
      buffer.landings.add(new Landing(at, to.share(done), part));
      buffer.used += aligned(part);
      done += part;
    }
  }

  /** The buffer that is filled; the next one where that is full, when it is done with. */
  private Buffer withRoom() {
    if (buffers.isEmpty()) {
      buffers.add(new Buffer(device));
    }
    Buffer buffer = buffers.get(filled);
    if (buffer.used < BYTES) {
      return buffer;
    }
    device.record(buffer.event);
    int next = (filled + 1) % BUFFERS;
    if (next == buffers.size()) {
      buffers.add(new Buffer(device));
    }
    buffer = buffers.get(next);
    if (buffer.used > 0) {
      device.await(buffer.event);
      buffer.empty();
    }
    filled = next;
    return buffer;
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** All that was asked for is done. */
  void finished() {
    buffers.forEach(Buffer::empty);
  }

  /** What was asked for is not done, and nobody waits for it any more. */
  void failed() {
    buffers.forEach(Buffer::forget);
  }

  private static void copy(Pointer from, Pointer to, long bytes) {
    to.getByteBuffer(0, bytes).put(from.getByteBuffer(0, bytes));
  }

  @Override
  public void close() {
    for (Buffer buffer : buffers) {
      CudaDriver.cuEventDestroy_v2(buffer.event);
      CudaDriver.cuMemFreeHost(buffer.memory);
    }
    buffers.clear();
  }
}
