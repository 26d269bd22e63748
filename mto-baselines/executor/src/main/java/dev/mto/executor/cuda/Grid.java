package dev.mto.executor.cuda;

import dev.mto.executor.kernels.Kernel;

/** How many blocks and threads run a kernel. */
final class Grid {
  /** Threads of a block that work on elements, or on the rows of a large matrix. */
  static final int THREADS = 256;

  private static final int WARP = 32;

  /** Enough for each multiprocessor to have others while some wait for memory. */
  private static final int BLOCKS_FOR_EACH_MULTIPROCESSOR = 8;

  private final CudaDevice device;

  Grid(CudaDevice device) {
    this.device = device;
  }

  /** A kernel of elements, whose last argument is their number. */
  Kernel elements(String kernel, long count, KernelArguments arguments) {
    long most = (long) BLOCKS_FOR_EACH_MULTIPROCESSOR * device.multiprocessors();
    long blocks = Math.min((count + THREADS - 1) / THREADS, most);
    return device.kernel(kernel, blocks, threads(count), arguments.with(count));
  }

  /** A kernel with a block for each row, whose last argument is the number of columns. */
  Kernel rows(String kernel, long rows, int columns, KernelArguments arguments) {
    return device.kernel(kernel, rows, threads(columns), arguments.with(columns));
  }

  /**
   * A kernel whose blocks share rows.
   *
   * @param blocks how many, from {@link #blocksSharing}
   */
  Kernel sharedRows(String kernel, int blocks, int rows, int columns, KernelArguments arguments) {
    return device.kernel(kernel, blocks, THREADS, arguments.with(rows).with(columns));
  }

  /** Blocks that share so many rows, for partial sums that are few and of one order. */
  int blocksSharing(int rows) {
    return Math.min(rows, 2 * device.multiprocessors());
  }

  private static int threads(long count) {
    return (int) Math.min(THREADS, Math.max(1, (count + WARP - 1) / WARP) * WARP);
  }
}
