package dev.mto.data.pixels;

/** Luma of ITU-R BT.601 in 16-bit fixed point, rounded as Pillow does. */
public final class Luma {
  private Luma() {}

  /** The luma, 0 to 255, of the pixel that starts at {@code offset}. */
  public static int of(byte[] pixels, int offset, int channels) {
    if (channels == 1) {
      return pixels[offset] & 0xFF;
    }
    int blue = pixels[offset] & 0xFF;
    int green = pixels[offset + 1] & 0xFF;
    int red = pixels[offset + 2] & 0xFF;
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }

  /** The mean luma of an image, rounded. */
  static int mean(byte[] pixels, int channels) {
    long sum = 0;
    for (int i = 0; i < pixels.length; i += channels) {
      sum += of(pixels, i, channels);
    }
    return (int) ((double) sum * channels / pixels.length + 0.5);
  }
}
