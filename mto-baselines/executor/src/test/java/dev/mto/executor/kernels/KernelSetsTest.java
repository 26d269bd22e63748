package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

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
    String before = System.getProperty(KernelSets.PROPERTY);
    System.setProperty(KernelSets.PROPERTY, "standard");
    try {
      assertThat(KernelSets.fast()).isEmpty();
      assertThat(KernelSets.fastOnHost()).isFalse();
    } finally {
      if (before == null) {
        System.clearProperty(KernelSets.PROPERTY);
      } else {
        System.setProperty(KernelSets.PROPERTY, before);
      }
    }
  }
}
