package dev.mto.data.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

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
}
