package dev.mto.data;

import java.util.Random;

/** Inverts the values of 128 and more. */
final class Solarize extends PixelTransform {
  private static final int THRESHOLD = 128;

  @Override
  void change(byte[] pixels, int channels, Random random) {
    for (int i = 0; i < pixels.length; i++) {
      int value = pixels[i] & 0xFF;
      pixels[i] = (byte) (value < THRESHOLD ? value : 255 - value);
    }
  }
}
