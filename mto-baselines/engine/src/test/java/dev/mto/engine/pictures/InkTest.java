package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InkTest {
  private static final int WHITE = 0xffffff;

  /** The paper of a dark page. */
  private static final int DARK = 0x161b22;

  @Test
  void everyLineIsVisibleOnWhiteAndOnDarkPages() {
    List<Ink> inks = new ArrayList<>(Ink.PALETTE);
    inks.add(Ink.REFERENCE);
    for (Ink ink : inks) {
      assertThat(contrast(ink.light(), WHITE)).as("%06x", ink.light()).isGreaterThan(3);
      assertThat(contrast(ink.dark(), DARK)).as("%06x", ink.dark()).isGreaterThan(3);
    }
  }

  @Test
  void everyLayerIsVisibleOnWhiteAndOnDarkPages() {
    for (int layer = 0; layer <= 24; layer++) {
      Ink ink = Ink.ramp(layer / 24.);
      assertThat(contrast(ink.light(), WHITE)).as("layer %d", layer).isGreaterThan(2.5);
      assertThat(contrast(ink.dark(), DARK)).as("layer %d", layer).isGreaterThan(2.5);
    }
  }

  @Test
  void theContrastIsThatOfTheStandard() {
    assertThat(contrast(0, WHITE)).isEqualTo(21);
    assertThat(contrast(0x767676, WHITE)).isBetween(4.5, 4.6);
  }

  /** As WCAG 2.1 defines it. */
  private static double contrast(int one, int other) {
    double a = luminance(one);
    double b = luminance(other);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  private static double luminance(int rgb) {
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
  }

  private static double linear(int channel) {
    double value = (channel & 0xff) / 255.0;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }
}
