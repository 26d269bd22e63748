package dev.mto.executor.kernels;

import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels for this machine. The system property {@value #PROPERTY} chooses: {@code fast}, the
 * default, or {@code standard} for none.
 */
public final class KernelSets {
  /** Name of the system property. */
  public static final String PROPERTY = "mto.kernels";

  private static final Logger LOG = LoggerFactory.getLogger(KernelSets.class);

  private KernelSets() {}

  /** Kernels of its own for a session; none where they are switched off or not to be had. */
  public static Optional<Kernels> fast() {
    if (!fastOnHost()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new OneDnnKernels());
    } catch (LinkageError e) {
      LOG.warn("oneDNN cannot be loaded ({}); training is slower without it", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Whether the processor has instructions that multiply bfloat16 (AVX512_BF16 or AMX), so that
   * products of these take less time than those of float32.
   */
  public static boolean multiplyBfloat16() {
    try {
      return fastOnHost()
          && (dnnl.dnnl_get_effective_cpu_isa() & dnnl.dnnl_cpu_isa_avx512_core_bf16)
              == dnnl.dnnl_cpu_isa_avx512_core_bf16;
    } catch (LinkageError e) {
      return false; // without the library nothing is fast
    }
  }

  /** Whether arrays are in host memory and may be worked on there directly. */
  public static boolean fastOnHost() {
    return !System.getProperty(PROPERTY, "fast").equals("standard")
        && Nd4j.getBackend().getClass().getSimpleName().equals("CpuBackend");
  }
}
