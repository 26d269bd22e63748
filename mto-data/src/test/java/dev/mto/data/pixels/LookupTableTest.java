package dev.mto.data.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Values worked out by hand from Pillow's definitions. */
class LookupTableTest {
  private static byte[] bytes(int... values) {
    byte[] result = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (byte) values[i];
    }
    return result;
  }

  private static byte[] changed(LookupTable table, int... values) {
    byte[] pixels = bytes(values);
    table.apply(pixels);
    return pixels;
  }

  /** A grey image of so many pixels of each value, as pairs value, count. */
  private static Pixels grey(int... valuesAndCounts) {
    byte[] pixels = new byte[0];
    for (int i = 0; i < valuesAndCounts.length; i += 2) {
      int before = pixels.length;
      pixels = Arrays.copyOf(pixels, before + valuesAndCounts[i + 1]);
      Arrays.fill(pixels, before, pixels.length, (byte) valuesAndCounts[i]);
    }
    return new Pixels(pixels, 1, pixels.length, 1);
  }

  @Test
  void autoContrastStretchesFromTheSmallestToTheLargestValueAndTruncates() {
    // (100 - 50) * 255 / 100 = 127.5
    LookupTable table = LookupTable.autoContrast(grey(50, 1, 100, 7, 150, 1), 0);
    assertThat(changed(table, 50, 100, 150)).isEqualTo(bytes(0, 127, 255));
  }

  @Test
  void autoContrastOfOneValueChangesNothing() {
    LookupTable table = LookupTable.autoContrast(grey(77, 9), 0);
    assertThat(changed(table, 0, 77, 255)).isEqualTo(bytes(0, 77, 255));
  }

  @Test
  void equalizeGoesByThePixelsBelowAValue() {
    // 510 pixels below the largest value: steps of 2; (1 + 0) / 2, (1 + 255) / 2, (1 + 510) / 2
    LookupTable table = LookupTable.equalize(grey(10, 255, 20, 255, 200, 90), 0);
    assertThat(changed(table, 10, 20, 200)).isEqualTo(bytes(0, 128, 255));
  }

  @Test
  void equalizeOfASmallImageIsClipped() {
    // 509 pixels below the largest value: steps of 1; 250, and 509 clipped
    LookupTable table = LookupTable.equalize(grey(10, 250, 20, 259, 200, 3), 0);
    assertThat(changed(table, 10, 20, 200)).isEqualTo(bytes(0, 250, 255));
  }

  @Test
  void equalizeOfFewerPixelsThanStepsOrOfOneValueChangesNothing() {
    assertThat(changed(LookupTable.equalize(grey(10, 254, 20, 900), 0), 10, 20))
        .isEqualTo(bytes(10, 20));
    assertThat(changed(LookupTable.equalize(grey(10, 900), 0), 10, 20)).isEqualTo(bytes(10, 20));
  }

  @Test
  void everyChannelHasItsOwnHistogram() {
    Pixels image = new Pixels(bytes(10, 50, 0, 20, 60, 255), 1, 2, 3);
    for (int c = 0; c < 3; c++) {
      LookupTable.autoContrast(image, c).apply(image, c);
    }
    assertThat(image.values()).isEqualTo(bytes(0, 0, 0, 255, 255, 255));
  }

  @Test
  void invertTurnsBlackIntoWhite() {
    assertThat(changed(LookupTable.invert(), 0, 1, 128, 255)).isEqualTo(bytes(255, 254, 127, 0));
  }

  @Test
  void posterizeKeepsTheHighestBits() {
    assertThat(changed(LookupTable.posterize(1), 0, 127, 128, 255))
        .isEqualTo(bytes(0, 0, 128, 128));
    assertThat(changed(LookupTable.posterize(4), 15, 16, 0xAB, 255))
        .isEqualTo(bytes(0, 16, 0xA0, 0xF0));
    assertThat(changed(LookupTable.posterize(0), 0, 255)).isEqualTo(bytes(0, 0));
    assertThat(changed(LookupTable.posterize(8), 0, 101, 255)).isEqualTo(bytes(0, 101, 255));
  }

  @Test
  void solarizeInvertsFromItsThresholdOn() {
    assertThat(changed(LookupTable.solarize(26), 0, 25, 26, 255)).isEqualTo(bytes(0, 25, 229, 0));
    assertThat(changed(LookupTable.solarize(256), 0, 255)).isEqualTo(bytes(0, 255));
    assertThat(changed(LookupTable.solarize(0), 0, 255)).isEqualTo(bytes(255, 0));
  }

  @Test
  void solarizeAddLightensTheDarkHalf() {
    assertThat(changed(LookupTable.solarizeAdd(99), 0, 127, 128, 255))
        .isEqualTo(bytes(99, 226, 128, 255));
  }
}
