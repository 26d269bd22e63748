package dev.mto.executor.kernels;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.KernelSets.Bfloat16;
import java.util.Optional;

/** The kernels that tests are run on: those of this machine, or of the GPU that is named. */
public final class TestedKernels {
  private TestedKernels() {}

  /** Kernels of its own for a test; none where they are switched off or not to be had. */
  public static Optional<Kernels> find() {
    return CudaKernelSets.chosen().or(KernelSets::fast);
  }

  /** Kernels of its own for a test, which is skipped where there are none. */
  public static Kernels require() {
    Optional<Kernels> found = find();
    assumeTrue(found.isPresent(), "no fast kernels here, or mto.kernels is standard");
    return found.orElseThrow();
  }

  /** Skips a test where they do no products of bfloat16. */
  public static void assumeBfloat16() {
    assumeTrue(doesBfloat16(), "this processor does no products of bfloat16");
  }

  /** Whether they do products of bfloat16. */
  public static boolean doesBfloat16() {
    return isCuda() || KernelSets.bfloat16() != Bfloat16.NONE;
  }

  /** Whether a GPU is named. */
  public static boolean isCuda() {
    return System.getProperty(KernelSets.PROPERTY, "").startsWith("cuda");
  }
}
