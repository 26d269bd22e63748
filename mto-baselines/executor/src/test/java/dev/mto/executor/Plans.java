package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.executor.kernels.KernelSets;
import java.util.List;

/** Whether a session runs by a compiled plan. */
final class Plans {
  private Plans() {}

  static void assumeFast() {
    assumeTrue(KernelSets.fast().isPresent(), "no fast kernels here, or mto.kernels is standard");
  }

  /** That a session has not fallen back; where there are no fast kernels it had to. */
  static void assertCompiled(GraphSession session, List<String> parameters) {
    if (KernelSets.fast().isPresent()) {
      assertThat(isCompiled(session, parameters)).as("run by a plan").isTrue();
    }
  }

  /** Plans name gradients in words, SameDiff by a suffix. */
  static boolean isCompiled(GraphSession session, List<String> parameters) {
    return session.gradientOf(parameters.get(0)).startsWith("gradient of ");
  }
}
