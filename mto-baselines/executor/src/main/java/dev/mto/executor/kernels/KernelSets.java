package dev.mto.executor.kernels;

import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
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

  /** What a processor does with products of bfloat16. */
  public enum Bfloat16 {
    /** Nothing. */
    NONE,
    /** It does them by float32's instructions, in more time than these. */
    SLOW,
    /** It has instructions for them (AVX512_BF16 or AMX): less time than float32's. */
    FAST
  }

  /** What this processor does with products of bfloat16. */
  public static Bfloat16 bfloat16() {
    try {
      if (!fastOnHost() || !has(dnnl.dnnl_cpu_isa_avx512_core)) {
        return Bfloat16.NONE;
      }
      return has(dnnl.dnnl_cpu_isa_avx512_core_bf16) ? Bfloat16.FAST : Bfloat16.SLOW;
    } catch (LinkageError e) {
      return Bfloat16.NONE;
    }
  }

  /** What numbers depend on to the bit: ND4J's build, the kernels, the processor's instructions. */
  public static String nativeBuild() {
    String nd4j = NativeOpsHolder.getInstance().getDeviceNativeOps().buildInfo();
    String kernels = System.getProperty(PROPERTY, "fast").replaceFirst(":\\d+", ""); // which GPU
    kernels +=
        System.getProperty(FusedAttention.PROPERTY, "").replaceFirst("^(?=.)", " and attention ");
    try {
      return "%s, kernels %s, instructions %x"
          .formatted(nd4j, kernels, dnnl.dnnl_get_effective_cpu_isa());
    } catch (LinkageError e) {
      return "%s, kernels %s, no oneDNN".formatted(nd4j, kernels);
    }
  }

  private static boolean has(int instructions) {
    return (dnnl.dnnl_get_effective_cpu_isa() & instructions) == instructions;
  }

  /**
   * Whether arrays are in host memory and may be worked on there directly.
   *
   * @throws IllegalArgumentException when the system property is none of its values
   */
  public static boolean fastOnHost() {
    String choice = System.getProperty(PROPERTY, "fast");
    if (!choice.matches("fast|standard|cuda(:\\d{1,4})?")) {
      throw new IllegalArgumentException(
          "-D%s=%s is not known; give fast, standard, cuda or cuda:N".formatted(PROPERTY, choice));
    }
    return !choice.equals("standard")
        && Nd4j.getBackend().getClass().getSimpleName().equals("CpuBackend");
  }
}
