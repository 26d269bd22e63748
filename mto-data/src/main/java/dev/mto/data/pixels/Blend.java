package dev.mto.data.pixels;

/**
 * {@code base + factor * (value - base)} in float32, clipped to [0, 255] and truncated: Pillow's
 * blend, on which torchvision's brightness, contrast and saturation and RandAugment's sharpness
 * rest.
 */
public final class Blend {
  private Blend() {}

  /** Away from black. */
  public static void brightness(byte[] pixels, double factor) {
    uniform(pixels, 0, factor);
  }

  /** Away from the mean luma of the image. */
  public static void contrast(byte[] pixels, int channels, double factor) {
    uniform(pixels, Luma.mean(pixels, channels), factor);
  }

  /** Away from each pixel's own luma. */
  public static void saturation(byte[] pixels, int channels, double factor) {
    for (int i = 0; i < pixels.length; i += channels) {
      int luma = Luma.of(pixels, i, channels);
      for (int c = i; c < i + channels; c++) {
        pixels[c] = value(luma, pixels[c] & 0xFF, (float) factor);
      }
    }
  }

  /** Away from the smoothed image. */
  static void sharpness(Pixels image, double factor) {
    byte[] pixels = image.values();
    byte[] smooth = Smoothing.of(image);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = value(smooth[i] & 0xFF, pixels[i] & 0xFF, (float) factor);
    }
  }

  private static void uniform(byte[] pixels, int base, double factor) {
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = value(base, pixels[i] & 0xFF, (float) factor);
    }
  }

  private static byte value(int base, int value, float factor) {
    float blended = base + factor * (value - base);
    return (byte) (int) Math.max(0f, Math.min(255f, blended));
  }
}
