package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CudaTest {

  @ParameterizedTest
  @ValueSource(strings = {"Tesla K80, 3.7", "NVIDIA A100-SXM4-80GB, 8.0", "NVIDIA L4, 8.9"})
  void saysThatNd4jHasCodeForTheGpu(String gpu) {
    assertThat(Cuda.describe(gpu)).startsWith("GPU: " + gpu + ":").contains("has code for it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Tesla K40c, 3.5", "NVIDIA H100 80GB HBM3, 9.0", "A, with comma, 12.0"})
  void saysThatNd4jHasNoCodeForTheGpu(String gpu) {
    assertThat(Cuda.describe(gpu))
        .startsWith("GPU: " + gpu + ":")
        .contains("has no code for it")
        .contains("3.7 to 8.9");
  }
}
