package dev.mto.data.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.random.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RandAugmentOperationTest {
  private static final byte[] GREY_FILL = {7};

  private static byte[] noise(int height, int width, int channels) {
    byte[] pixels = new byte[height * width * channels];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) RandomStream.of(i, "noise").nextInt(256);
    }
    return pixels;
  }

  @ParameterizedTest
  @CsvSource({
    "AUTO_CONTRAST, 0, 0, 0, 0",
    "EQUALIZE, 0, 0, 0, 0",
    "INVERT, 0, 0, 0, 0",
    "ROTATE, 0, 27, 30, -27",
    "POSTERIZE, 4, 1, 0, 1",
    "SOLARIZE, 256, 26, 0, 26",
    "SOLARIZE_ADD, 0, 99, 110, 99",
    "COLOUR, 1, 1.81, 1.9, 0.19",
    "CONTRAST, 1, 1.81, 1.9, 0.19",
    "BRIGHTNESS, 1, 1.81, 1.9, 0.19",
    "SHARPNESS, 1, 1.81, 1.9, 0.19",
    "SHEAR_X, 0, 0.27, 0.3, -0.27",
    "SHEAR_Y, 0, 0.27, 0.3, -0.27",
    "TRANSLATE_X, 0, 0.405, 0.45, -0.405",
    "TRANSLATE_Y, 0, 0.405, 0.45, -0.405",
  })
  void argumentsGrowWithTheMagnitude(
      RandAugmentOperation operation, double none, double nine, double ten, double minusNine) {
    assertThat(operation.argument(0, false)).isEqualTo(none);
    assertThat(operation.argument(0, true)).isCloseTo(none, within(0.0));
    assertThat(operation.argument(9, false)).isCloseTo(nine, within(1e-12));
    assertThat(operation.argument(10, false)).isCloseTo(ten, within(1e-12));
    assertThat(operation.argument(9, true)).isCloseTo(minusNine, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationTakesGreyAndColourImagesAndKeepsTheirShape(RandAugmentOperation operation) {
    for (int channels : new int[] {1, 3}) {
      for (Interpolation interpolation : Interpolation.values()) {
        Pixels image = new Pixels(noise(5, 7, channels), 5, 7, channels);
        double argument = operation.argument(9, true);
        Pixels changed = operation.apply(image, argument, interpolation, new byte[channels]);
        assertThat(changed.values()).hasSize(5 * 7 * channels);
        assertThat(changed.channels()).isEqualTo(channels);
      }
    }
  }

  @Test
  void colourDoesNothingToAGreyImage() {
    Pixels image = new Pixels(noise(5, 7, 1), 5, 7, 1);
    RandAugmentOperation.COLOUR.apply(image, 1.81, Interpolation.BICUBIC, GREY_FILL);
    assertThat(image.values()).isEqualTo(noise(5, 7, 1));
  }

  @Test
  void translationsAreSharesOfTheirOwnSide() {
    byte[] pixels = new byte[4 * 8];
    pixels[2 * 8 + 4] = (byte) 255;
    Pixels image = new Pixels(pixels, 4, 8, 1);
    byte[] left =
        RandAugmentOperation.TRANSLATE_X
            .apply(image, 0.25, Interpolation.BICUBIC, GREY_FILL)
            .values();
    byte[] down =
        RandAugmentOperation.TRANSLATE_Y
            .apply(image, -0.25, Interpolation.BICUBIC, GREY_FILL)
            .values();
    assertThat(left[2 * 8 + 2] & 0xFF).isEqualTo(255);
    assertThat(left[2 * 8 + 6]).isEqualTo(GREY_FILL[0]);
    assertThat(down[3 * 8 + 4] & 0xFF).isEqualTo(255);
    assertThat(down[4]).isEqualTo(GREY_FILL[0]);
  }

  @Test
  void shearsAndRotationsMoveInTheirOwnDirection() {
    byte[] pixels = new byte[10 * 10];
    pixels[4 * 10 + 8] = (byte) 255;
    Pixels image = new Pixels(pixels, 10, 10, 1);
    // 4.5 * 4 / 9, 8.5 * 6 / 17 and a quarter turn about (5, 5)
    assertThat(at(RandAugmentOperation.SHEAR_X, image, 4.0 / 9, 4, 6)).isEqualTo(255);
    assertThat(at(RandAugmentOperation.SHEAR_Y, image, 6.0 / 17, 1, 8)).isEqualTo(255);
    assertThat(at(RandAugmentOperation.ROTATE, image, 90, 1, 4)).isEqualTo(255);
  }

  private static int at(
      RandAugmentOperation operation, Pixels image, double argument, int row, int column) {
    Pixels moved = operation.apply(image, argument, Interpolation.BILINEAR, GREY_FILL);
    return moved.values()[row * image.width() + column] & 0xFF;
  }

  @Test
  void sharpnessBlendsWithTheSmoothedImageAndKeepsItsBorder() {
    byte[] pixels = {
      10, 20, 30, 40, 50, 15, -56, 35, 90, 55, 20, 40, -6, 60, 100, 25, -126, 45, 0, 65
    };
    // (10 + 20 + 30 + 15 + 5 * 200 + 35 + 20 + 40 + 250) / 13 = 109.2, and 109 + 0.19 * 91 = 126.3
    assertThat(sharpened(pixels, 0.19, 5))
        .containsExactly(
            10, 20, 30, 40, 50, 15, 126, 63, 83, 55, 20, 65, 162, 69, 100, 25, 130, 45, 0, 65);
    assertThat(sharpened(pixels, 1.81, 5))
        .containsExactly(
            10, 20, 30, 40, 50, 15, 255, 6, 96, 55, 20, 14, 255, 50, 100, 25, 130, 45, 0, 65);
  }

  @Test
  void sharpnessOfColoursTakesEachChannelByItself() {
    byte[] grey = noise(5, 5, 1);
    byte[] colours = new byte[3 * grey.length];
    for (int i = 0; i < grey.length; i++) {
      colours[3 * i + 1] = grey[i];
    }
    int[] expected = sharpened(grey, 0.19, 5);
    Pixels image = new Pixels(colours, 5, 5, 3);
    RandAugmentOperation.SHARPNESS.apply(image, 0.19, Interpolation.BICUBIC, new byte[3]);
    for (int i = 0; i < grey.length; i++) {
      assertThat(colours[3 * i]).isZero();
      assertThat(colours[3 * i + 1] & 0xFF).isEqualTo(expected[i]);
      assertThat(colours[3 * i + 2]).isZero();
    }
  }

  private static int[] sharpened(byte[] pixels, double factor, int width) {
    byte[] copy = pixels.clone();
    Pixels image = new Pixels(copy, pixels.length / width, width, 1);
    RandAugmentOperation.SHARPNESS.apply(image, factor, Interpolation.BICUBIC, GREY_FILL);
    int[] values = new int[copy.length];
    for (int i = 0; i < copy.length; i++) {
      values[i] = copy[i] & 0xFF;
    }
    return values;
  }
}
