package dev.mto.data.image;

import dev.mto.data.pixels.Luma;
import java.util.Arrays;
import java.util.Random;

/** Every channel becomes the pixel's luma; a grey image stays as it is. */
final class Greyscale extends PixelTransform {
  @Override
  void change(byte[] pixels, int channels, Random random) {
    for (int i = 0; i < pixels.length; i += channels) {
      Arrays.fill(pixels, i, i + channels, (byte) Luma.of(pixels, i, channels));
    }
  }
}
