package dev.mto.executor.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * Memory for what a kernel leaves to the next one; kernels that run one after the other share it.
 * It grows by new pieces, at least twice as large, since kernels are prepared with addresses in the
 * old ones.
 */
final class Scratch implements AutoCloseable {
  private static final long SMALLEST = 1 << 20;

  private final CudaDevice device;
  private final List<Long> pieces = new ArrayList<>();
  private long bytes;

  Scratch(CudaDevice device) {
    this.device = device;
  }

  /** Address of at least so many bytes. */
  long require(long wanted) {
    if (pieces.isEmpty() || bytes < wanted) {
      long larger = Math.max(wanted, Math.max(SMALLEST, 2 * bytes));
      pieces.add(device.allocate("scratch memory", larger));
      bytes = larger;
    }
    return pieces.get(pieces.size() - 1);
  }

  @Override
  public void close() {
    pieces.forEach(device::free);
    pieces.clear();
    bytes = 0;
  }
}
