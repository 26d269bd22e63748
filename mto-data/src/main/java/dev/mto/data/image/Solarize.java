package dev.mto.data.image;

import dev.mto.data.pixels.LookupTable;
import java.util.Random;

/** Inverts the values of 128 and more. */
final class Solarize extends PixelTransform {
  private static final int THRESHOLD = 128;

  @Override
  void change(byte[] pixels, int channels, Random random) {
    LookupTable.solarize(THRESHOLD).apply(pixels);
  }
}
