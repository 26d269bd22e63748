package dev.mto.executor.cuda;

import com.sun.jna.Memory;
import dev.mto.executor.kernels.Selection;
import java.lang.ref.Cleaner;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Indices of selections on the device, brought there again when they have changed. */
final class CudaSelections implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final CudaDevice device;
  private final Map<Selection, Indices> known = new WeakHashMap<>();
  private final Set<Indices> taken = new HashSet<>();
  private final Queue<Indices> abandoned = new ConcurrentLinkedQueue<>(); // whose selection is gone

  CudaSelections(CudaDevice device) {
    this.device = device;
  }

  /** A copy of the indices of a selection. */
  Indices of(Selection selection) {
    for (Indices unused = abandoned.poll(); unused != null; unused = abandoned.poll()) {
      if (taken.remove(unused)) {
        device.free(unused.address());
      }
    }
    return known.computeIfAbsent(selection, this::copy);
  }

  private Indices copy(Selection selection) {
    Indices made = new Indices(device, selection.indices().length);
    taken.add(made);
    Queue<Indices> unused = abandoned;
    CLEANER.register(selection, () -> unused.add(made));
    return made;
  }

  /** int32 [B, V] in the memory of the device. */
  static final class Indices {
    private final CudaDevice device;
    private final Memory host;
    private final long address;
    private int seen = -1;

    Indices(CudaDevice device, int count) {
      this.device = device;
      host = new Memory((long) Integer.BYTES * Math.max(1, count));
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

  /** Gives back all memory, also where nobody has a selection any more. */
  @Override
  public void close() {
    taken.forEach(indices -> device.free(indices.address()));
    taken.clear();
    known.clear();
  }
}
