package dev.mto.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class BackendTest {
  @Test
  void isTheOneThatNd4jLoads() {
    String loaded = Nd4j.getBackend().getClass().getSimpleName();

    assertThat(Backend.onClassPath())
        .isEqualTo(loaded.equals("JCublasBackend") ? Backend.CUDA : Backend.CPU);
  }
}
