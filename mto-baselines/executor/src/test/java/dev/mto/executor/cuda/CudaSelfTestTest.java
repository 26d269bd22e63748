package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.parity.ParityResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The self test agrees with kernels that are right and with none that are wrong. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class CudaSelfTestTest {
  private static final CudaGpu GPU = new CudaGpu(0, "emulated GPU 0", 90);

  @AfterEach
  void restore() {
    EmulatedCuda.bind();
  }

  @Test
  void kernelsThatAreRightAgree() {
    EmulatedCuda.bind();
    assertThat(CudaSelfTest.of(GPU))
        .allSatisfy(result -> assertThat(result.error()).isBetween(1e-12, 1e-6))
        .allMatch(ParityResult::passed)
        .extracting(ParityResult::kernel)
        .containsExactly("product", "softmax", "layer normalisation");
  }

  @Test
  void kernelsThatAreWrongDoNot() {
    EmulatedCuda.bind(KernelSource.text().replace("float scale = 1 /", "float scale = 1.001f /"));
    assertThat(CudaSelfTest.of(GPU))
        .extracting(ParityResult::passed)
        .as("the product is not of these kernels")
        .containsExactly(true, false, false);
  }
}
