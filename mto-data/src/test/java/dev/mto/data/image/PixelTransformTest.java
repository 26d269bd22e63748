package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.mto.data.pixels.Blend;
import dev.mto.data.pixels.HueShift;
import dev.mto.data.pixels.LookupTable;
import dev.mto.data.random.RandomStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Colours after each part of the second view; the tables were made with Pillow 12.3. */
class PixelTransformTest {
  private static final int[] COLOURS = {
    200, 30, 60, 20, 120, 220, 77, 77, 77, 0, 0, 0, 255, 255, 255, 250, 240, 10, 1, 2, 3, 128, 127,
    129
  };

  /** RGB values as stored, BGR. */
  private static byte[] bgr(int... rgb) {
    byte[] stored = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      stored[i / 3 * 3 + 2 - i % 3] = (byte) rgb[i];
    }
    return stored;
  }

  private static byte[] bytes(int... values) {
    byte[] result = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (byte) values[i];
    }
    return result;
  }

  private static Random random(long seed) {
    return new ImageTensor.GeneratorRandom(RandomStream.of(seed, "second_view"));
  }

  private static Photometric jitterOf(
      double brightness, double contrast, double saturation, double hue) {
    return new Photometric(brightness, contrast, saturation, hue, 1, 0, 0, 1, 1, 0);
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        change(
            "brightness scales the values",
            pixels -> Blend.brightness(pixels, 1.3),
            bgr(
                255, 39, 78, 26, 156, 255, 100, 100, 100, 0, 0, 0, 255, 255, 255, 255, 255, 13, 1,
                2, 3, 166, 165, 167)),
        change(
            "contrast moves the values towards the mean luma",
            pixels -> Blend.contrast(pixels, 3, 0.7),
            bgr(
                172, 53, 74, 46, 116, 186, 86, 86, 86, 32, 32, 32, 210, 210, 210, 207, 200, 39, 33,
                33, 34, 122, 121, 122)),
        change(
            "saturation moves the values away from their luma",
            pixels -> Blend.saturation(pixels, 3, 1.4),
            bgr(
                246, 8, 50, 0, 127, 255, 77, 77, 77, 0, 0, 0, 255, 255, 255, 255, 249, 0, 0, 2, 3,
                128, 126, 129)),
        change(
            "greyscale is the luma in every channel",
            pixels -> Blend.saturation(pixels, 3, 0),
            bgr(
                84, 84, 84, 102, 102, 102, 77, 77, 77, 0, 0, 0, 255, 255, 255, 217, 217, 217, 2, 2,
                2, 128, 128, 128)),
        change(
            "hue turns forward",
            pixels -> HueShift.apply(pixels, 0.1),
            bgr(
                200, 94, 31, 35, 21, 220, 77, 77, 77, 0, 0, 0, 255, 255, 255, 123, 250, 11, 1, 1, 3,
                129, 127, 129)),
        change(
            "hue turns backward",
            pixels -> HueShift.apply(pixels, -0.1),
            bgr(
                200, 31, 162, 21, 220, 199, 77, 77, 77, 0, 0, 0, 255, 255, 255, 250, 95, 11, 1, 3,
                3, 127, 128, 129)));
  }

  private static Arguments change(String name, Consumer<byte[]> change, byte[] expected) {
    return arguments(name, change, expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void coloursAreThoseOfPillow(String name, Consumer<byte[]> change, byte[] expected) {
    byte[] pixels = bgr(COLOURS);
    change.accept(pixels);
    assertThat(pixels).as(name).isEqualTo(expected);
  }

  @Test
  void hueTurnsThePrimariesInTheOrderOfTheCircle() {
    byte[] pixels = bgr(255, 0, 0, 0, 255, 0, 0, 0, 255);
    HueShift.apply(pixels, 85 / 255.0 + 1e-9);
    assertThat(pixels).isEqualTo(bgr(0, 255, 0, 0, 0, 255, 255, 0, 0));
  }

  @Test
  void solarizeInvertsFrom128On() {
    byte[] pixels = bytes(0, 1, 127, 128, 129, 255);
    LookupTable.solarize(128).apply(pixels);
    assertThat(pixels).isEqualTo(bytes(0, 1, 127, 127, 126, 0));
  }

  @Test
  void jitterOfOneFactorCoversItsRangeAndNoMore() {
    for (int seed = 0, least = 255, most = 0; seed < 1000; seed++) {
      byte[] pixel = bytes(100);
      new PhotometricTransform(jitterOf(0.4, 0, 0, 0)).jitter(pixel, 1, random(seed));
      least = Math.min(least, pixel[0] & 0xFF);
      most = Math.max(most, pixel[0] & 0xFF);
      assertThat(least).isGreaterThanOrEqualTo(60);
      assertThat(most).isLessThanOrEqualTo(140);
      if (seed == 999) {
        assertThat(least).isCloseTo(60, within(1));
        assertThat(most).isCloseTo(140, within(1));
      }
    }
  }

  @Test
  void aRangeAboveOneNeverTurnsAFactorNegative() {
    for (int seed = 0; seed < 300; seed++) {
      byte[] pixels = bytes(50, 60);
      new PhotometricTransform(jitterOf(0, 3, 0, 0)).jitter(pixels, 1, random(seed));
      assertThat(pixels[0] & 0xFF).isLessThanOrEqualTo(pixels[1] & 0xFF);
    }
  }

  @Test
  void partsOfTheJitterComeInEveryOrder() {
    Set<String> orders = new HashSet<>();
    for (int seed = 0; seed < 500; seed++) {
      int[] order = RandomStream.permutation(4, random(seed));
      orders.add(Arrays.toString(order));
      byte[] jittered = bgr(COLOURS);
      new PhotometricTransform(jitterOf(0.9, 0.8, 0.7, 0.3)).jitter(jittered, 3, random(seed));
      assertThat(jittered).isEqualTo(inOrder(order, random(seed)));
    }
    assertThat(orders).hasSize(24);
  }

  private static byte[] inOrder(int[] order, Random random) {
    byte[] pixels = bgr(COLOURS);
    RandomStream.permutation(4, random);
    double brightness = 0.1 + 1.8 * random.nextDouble();
    double contrast = 0.2 + 1.6 * random.nextDouble();
    double saturation = 0.3 + 1.4 * random.nextDouble();
    double hue = -0.3 + 0.6 * random.nextDouble();
    IntStream.of(order)
        .mapToObj(
            part ->
                switch (part) {
                  case 0 -> (Runnable) () -> Blend.brightness(pixels, brightness);
                  case 1 -> (Runnable) () -> Blend.contrast(pixels, 3, contrast);
                  case 2 -> (Runnable) () -> Blend.saturation(pixels, 3, saturation);
                  default -> (Runnable) () -> HueShift.apply(pixels, hue);
                })
        .forEach(Runnable::run);
    return pixels;
  }

  @Test
  void jitterWithoutRangesKeepsEveryValue() {
    byte[] pixels = bgr(COLOURS);
    new PhotometricTransform(jitterOf(0, 0, 0, 0)).jitter(pixels, 3, random(1));
    assertThat(pixels).isEqualTo(bgr(COLOURS));
  }

  @Test
  void greyImagesHaveNeitherSaturationNorHue() {
    byte[] pixels = bytes(0, 10, 100, 200, 255);
    new PhotometricTransform(jitterOf(0, 0, 0.9, 0.5)).jitter(pixels, 1, random(1));
    Blend.saturation(pixels, 1, 0);
    assertThat(pixels).isEqualTo(bytes(0, 10, 100, 200, 255));
  }
}
