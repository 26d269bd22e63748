package dev.mto.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class MaskTest {
  @Test
  void maskedAndVisiblePartTheTokens() {
    Mask mask = Mask.of(new boolean[] {true, false, false, true});
    assertThat(mask.tokens()).isEqualTo(4);
    assertThat(mask.masked()).containsExactly(0, 3);
    assertThat(mask.visible()).containsExactly(1, 2);
    assertThat(mask.maskedCount()).isEqualTo(2);
    assertThat(mask.isMasked(3)).isTrue();
    assertThat(mask.isMasked(2)).isFalse();
  }

  @Test
  void laterChangesOfTheGivenArrayDoNotReachTheMask() {
    boolean[] tokens = {true, false};
    Mask mask = Mask.of(tokens);
    tokens[1] = true;
    assertThat(mask.isMasked(1)).isFalse();
  }

  @Test
  void nothingMaskedOrNothingVisibleIsRefused() {
    assertThatThrownBy(() -> Mask.of(new boolean[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 masked of 3");
    assertThatThrownBy(() -> Mask.of(new boolean[] {true, true}))
        .hasMessageContaining("2 masked of 2");
  }

  @Test
  void aBatchIsOneRowAnImage() {
    try (INDArray array =
        Mask.toArray(
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
                Mask.toArray(
                    List.of(
                        Mask.of(new boolean[] {true, false}),
                        Mask.of(new boolean[] {true, false, false}))))
        .hasMessageContaining("3 tokens");
  }
}
