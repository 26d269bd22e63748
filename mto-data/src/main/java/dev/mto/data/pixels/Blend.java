package dev.mto.data.pixels;

/**
 * {@code base + factor * (value - base)} in float32, clipped to [0, 255] and truncated: Pillow's
 * blend, on which torchvision's brightness, contrast and saturation and RandAugment's sharpness
 * rest.
 */
public final class Blend {
  private static final int CENTRE = 5;
  private static final int TOTAL = CENTRE + 8;

  private Blend() {}

  /** Away from black. */
  public static void brightness(byte[] pixels, double factor) {
    uniform(pixels, 0, factor);
  }

  /** Away from the mean luma of the image. */
  public static void contrast(byte[] pixels, int channels, double factor) {
    uniform(pixels, meanLuma(pixels, channels), factor);
  }

  /** Away from each pixel's own luma, which the factor 0 leaves in every channel. */
  public static void saturation(byte[] pixels, int channels, double factor) {
    for (int i = 0; i < pixels.length; i += channels) {
      int luma = luma(pixels, i, channels);
      for (int c = i; c < i + channels; c++) {
        pixels[c] = value(luma, pixels[c] & 0xFF, (float) factor);
      }
    }
  }

  /** Away from the smoothed image. */
  static void sharpness(Pixels image, double factor) {
    byte[] pixels = image.values();
    byte[] smooth = smoothed(image);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = value(smooth[i] & 0xFF, pixels[i] & 0xFF, (float) factor);
    }
  }

  private static void uniform(byte[] pixels, int base, double factor) {
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = value(base, pixels[i] & 0xFF, (float) factor);
    }
  }

  /** Luma of ITU-R BT.601 in 16-bit fixed point, 0 to 255, rounded as Pillow does. */
  private static int luma(byte[] pixels, int offset, int channels) {
    if (channels == 1) {
      return pixels[offset] & 0xFF;
    }
    int blue = pixels[offset] & 0xFF;
    int green = pixels[offset + 1] & 0xFF;
    int red = pixels[offset + 2] & 0xFF;
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }

  private static int meanLuma(byte[] pixels, int channels) {
    long sum = 0;
    for (int i = 0; i < pixels.length; i += channels) {
      sum += luma(pixels, i, channels);
    }
    return (int) ((double) sum * channels / pixels.length + 0.5);
  }

  /**
   * Pillow's smoothing filter: the weighted mean, rounded, of a pixel (weight 5) and its eight
   * neighbours (weight 1 each). Pixels of the border stay as they are.
   */
  private static byte[] smoothed(Pixels image) {
    byte[] values = image.values();
    byte[] smooth = values.clone();
    int channels = image.channels();
    int row = image.width() * channels;
    for (int y = 1; y < image.height() - 1; y++) {
      for (int i = y * row + channels; i < (y + 1) * row - channels; i++) {
        int sum = (CENTRE - 1) * (values[i] & 0xFF);
        for (int above = i - row; above <= i + row; above += row) {
          sum +=
              (values[above - channels] & 0xFF)
                  + (values[above] & 0xFF)
                  + (values[above + channels] & 0xFF);
        }
        smooth[i] = (byte) ((2 * sum + TOTAL) / (2 * TOTAL));
      }
    }
    return smooth;
  }

  private static byte value(int base, int value, float factor) {
    float blended = base + factor * (value - base);
    return (byte) (int) Math.max(0f, Math.min(255f, blended));
  }
}
