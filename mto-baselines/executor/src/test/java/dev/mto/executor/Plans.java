package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.TestedKernels;
import java.util.List;
import java.util.Optional;

/** Whether a session runs by a compiled plan. */
final class Plans {
  private Plans() {}

  static void assumeFast() {
    TestedKernels.require().close();
  }

  /** That a session has not fallen back; where there are no fast kernels it had to. */
  static void assertCompiled(GraphSession session, List<String> parameters) {
    Optional<Kernels> kernels = TestedKernels.find();
    if (kernels.isPresent()) {
      kernels.orElseThrow().close();
      assertThat(isCompiled(session, parameters)).as("run by a plan").isTrue();
    }
  }

  /** Plans name gradients in words, SameDiff by a suffix. */
  static boolean isCompiled(GraphSession session, List<String> parameters) {
    return session.gradientOf(parameters.get(0)).startsWith("gradient of ");
  }
}
