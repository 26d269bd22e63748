package dev.mto.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.mask.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class BatchArraysTest {
  @Test
  void aBatchIsOneRowAnImage() {
    try (INDArray array =
        BatchArrays.masks(
            List.of(
                Mask.of(new boolean[] {true, false, false}),
                Mask.of(new boolean[] {false, true, true})))) {
      assertThat(array.toFloatMatrix()).isDeepEqualTo(new float[][] {{1, 0, 0}, {0, 1, 1}});
    }
  }

  @Test
  void masksOfDifferentGridsMakeNoBatch() {
    assertThatThrownBy(
            () ->
                BatchArrays.masks(
                    List.of(
                        Mask.of(new boolean[] {true, false}),
                        Mask.of(new boolean[] {true, false, false}))))
        .hasMessageContaining("3 tokens");
  }
}
