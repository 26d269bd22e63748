package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class UnitMaskSamplerTest {

  private static final VitShape TINY = new VitShape(224, 16, 192, 12, 3);

  @Test
  void masksTheOfficialNumberOfTokens() {
    long[] mask = new UnitMaskSampler(TINY, 32, 0.6, 1).next();

    assertThat(Arrays.stream(mask).sum()).isEqualTo(120);
  }

  @Test
  void masksWholeUnits() {
    long[] mask = new UnitMaskSampler(TINY, 32, 0.6, 1).next();

    for (int n = 0; n < mask.length; n++) {
      int corner = n / 14 / 2 * 2 * 14 + n % 14 / 2 * 2;
      assertThat(mask[n]).isEqualTo(mask[corner]);
    }
  }

  @Test
  void refusesAUnitThatDoesNotDivideTheImage() {
    assertThatThrownBy(() -> new UnitMaskSampler(TINY, 48, 0.6, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unit 48")
        .hasMessageContaining("--unit");
  }

  @Test
  void refusesARatioOfOne() {
    assertThatThrownBy(() -> new UnitMaskSampler(TINY, 32, 1.0, 1))
        .hasMessageContaining("mask ratio 1.0");
  }
}
