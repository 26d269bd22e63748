package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ViridisTest {
  @Test
  void runsFromVioletToYellow() {
    assertThat(Viridis.rgb(0)).isEqualTo(0x440154);
    assertThat(Viridis.rgb(1)).isEqualTo(0xfde725);
  }

  @Test
  void passesThroughTheGreenOfItsMiddle() {
    assertThat(Viridis.rgb(0.5)).isEqualTo(0x21908c);
  }

  @Test
  void cutsValuesToItsEnds() {
    assertThat(Viridis.rgb(-3)).isEqualTo(0x440154);
    assertThat(Viridis.rgb(7)).isEqualTo(0xfde725);
  }

  @Test
  void growsBrighterAllTheWay() {
    double before = -1;
    for (int i = 0; i <= 100; i++) {
      int rgb = Viridis.rgb(i / 100.0);
      double luma =
          0.2126 * (rgb >> 16 & 0xff) + 0.7152 * (rgb >> 8 & 0xff) + 0.0722 * (rgb & 0xff);
      assertThat(luma).isGreaterThan(before);
      before = luma;
    }
  }
}
