package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelSetsTest {
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
