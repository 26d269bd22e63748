package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelSetsTest {
  @Test
  void aNamedGpuIsTheOneThatTestsRunOn() {
    try (Kernels kernels = TestedKernels.require()) {
      assertThat(kernels.name()).startsWith(TestedKernels.isCuda() ? "CUDA on " : "oneDNN ");
      assertThat(kernels.memory().isHost()).isEqualTo(!TestedKernels.isCuda());
      assertThat(Boolean.getBoolean("mto.cuda.emulated"))
          .isEqualTo(kernels.name().contains("emulated"));
    }
  }

  @Test
  void thePropertySwitchesFastKernelsOff() {
    withProperty(
        "standard",
        () -> {
          assertThat(KernelSets.fast()).isEmpty();
          assertThat(KernelSets.fastOnHost()).isFalse();
        });
  }

  @Test
  void kernelsThatThereAreNotAreRefusedByName() {
    withProperty(
        "cude",
        () ->
            assertThatThrownBy(KernelSets::fast)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-Dmto.kernels=cude is not known; give fast, standard"));
  }

  private static void withProperty(String value, Runnable check) {
    String before = System.getProperty(KernelSets.PROPERTY);
    System.setProperty(KernelSets.PROPERTY, value);
    try {
      check.run();
    } finally {
      if (before == null) {
        System.clearProperty(KernelSets.PROPERTY);
      } else {
        System.setProperty(KernelSets.PROPERTY, before);
      }
    }
  }
}
