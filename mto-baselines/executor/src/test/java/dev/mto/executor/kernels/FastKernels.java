package dev.mto.executor.kernels;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;

/** The kernels of this machine; without them a test is skipped with the reason. */
final class FastKernels {
  private FastKernels() {}

  static Kernels orSkip() {
    Optional<Kernels> kernels = KernelSets.fast();
    assumeTrue(kernels.isPresent(), "no fast kernels here, or mto.kernels is standard");
    return kernels.orElseThrow();
  }
}
