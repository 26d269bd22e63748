package dev.mto.executor.cuda;

import com.sun.jna.Pointer;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.KernelSequence;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernels that the driver starts by one call, with the arguments that they had when they were
 * captured. The first run starts them one by one, so that libraries have loaded what they need and
 * what is run only once is not captured; the second captures them.
 *
 * <p>Where a library or the driver refuses to have something captured, that is said once, and all
 * runs are as the first: the same work in somewhat more time.
 */
final class CudaGraph implements KernelSequence {
  private static final Logger LOG = LoggerFactory.getLogger(CudaGraph.class);

  private final CudaDevice device;
  private final List<Kernel> kernels;
  private boolean ranBefore;
  private boolean refused;
  private Pointer executable; // null until they are captured

  CudaGraph(CudaDevice device, List<Kernel> kernels) {
    this.device = device;
    this.kernels = kernels;
  }

  @Override
  public void prepare() {
    kernels.forEach(Kernel::prepare);
  }

  @Override
  public void run() {
    prepare(); // copies from the host are not part of the graph
    if (ranBefore && executable == null && !refused) {
      capture();
    }
    if (executable == null) {
      kernels.forEach(Kernel::run);
    } else {
      device.startGraph(executable, kernels.size());
    }
    ranBefore = true;
  }

  private void capture() {
    try {
      executable = device.captured(() -> kernels.forEach(Kernel::run));
    } catch (CudaException e) {
      refused = true;
      LOG.warn("kernels are started one by one, since they cannot be captured: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    if (executable != null) {
      device.closeGraph(executable);
      executable = null;
    }
  }
}
