package dev.mto.executor.cuda;

import com.sun.jna.Memory;
import dev.mto.executor.kernels.Selection;
import java.lang.ref.Cleaner;
import java.util.Map;
import java.util.Queue;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Indices of selections on the device, brought there again when they have changed. */
final class CudaSelections implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final CudaDevice device;
  private final Map<Selection, Indices> known = new WeakHashMap<>();
  private final Queue<Long> abandoned = new ConcurrentLinkedQueue<>();

  CudaSelections(CudaDevice device) {
    this.device = device;
  }

  /** A copy of the indices of a selection. */
  Indices of(Selection selection) {
    for (Long address = abandoned.poll(); address != null; address = abandoned.poll()) {
      device.free(address);
    }
    return known.computeIfAbsent(selection, this::copy);
  }

  private Indices copy(Selection selection) {
    Indices made = new Indices(selection.indices().length);
    long address = made.address();
    Queue<Long> unused = abandoned;
    CLEANER.register(selection, () -> unused.add(address));
    return made;
  }

  /** int32 [B, V] in the memory of the device. */
  final class Indices {
    private final Memory host;
    private final long address;
    private int seen = -1;

    Indices(int count) {
      host = new Memory((long) Integer.BYTES * count);
      address = device.allocate("indices of tokens", host.size());
    }

    long address() {
      return address;
    }

    /** Makes them those of {@code selection}. */
    void refresh(Selection selection) {
      if (seen != selection.changes()) {
        int[] indices = selection.indices();
        host.write(0, indices, 0, indices.length);
        device.upload(host, address, host.size());
        seen = selection.changes();
      }
    }
  }

  @Override
  public void close() {
    known.values().forEach(indices -> device.free(indices.address()));
    known.clear();
  }
}
