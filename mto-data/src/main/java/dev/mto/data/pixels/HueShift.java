package dev.mto.data.pixels;

/**
 * Turns the hue of BGR pixels on Pillow's 8-bit hue circle, as torchvision does: colour to 8-bit
 * hue, saturation and value, hue plus the shift modulo 256, and back.
 */
public final class HueShift {
  private HueShift() {}

  /**
   * Turns every pixel.
   *
   * @param bgr (H, W, 3), changed where it is
   * @param shift in hue circles, in [-0.5, 0.5]
   */
  public static void apply(byte[] bgr, double shift) {
    int steps = (int) (shift * 255);
    for (int i = 0; i < bgr.length; i += 3) {
      turn(bgr, i, steps);
    }
  }

  private static void turn(byte[] bgr, int offset, int steps) {
    int blue = bgr[offset] & 0xFF;
    int green = bgr[offset + 1] & 0xFF;
    int red = bgr[offset + 2] & 0xFF;
    int value = Math.max(red, Math.max(green, blue));
    int smallest = Math.min(red, Math.min(green, blue));
    int saturation = value == 0 ? 0 : (int) ((float) (value - smallest) / value * 255.0);
    if (saturation > 0) {
      int hue = hue(red, green, blue, value, smallest) + steps & 0xFF;
      paint(bgr, offset, hue, saturation, value);
    } else {
      write(bgr, offset, value, value, value);
    }
  }

  /** 0 to 255. */
  private static int hue(int red, int green, int blue, int largest, int smallest) {
    float range = largest - smallest;
    float fromRed = (largest - red) / range;
    float fromGreen = (largest - green) / range;
    float fromBlue = (largest - blue) / range;
    float sixth;
    if (red == largest) {
      sixth = fromBlue - fromGreen;
    } else if (green == largest) {
      sixth = (float) (2.0 + fromRed - fromBlue);
    } else {
      sixth = (float) (4.0 + fromGreen - fromRed);
    }
    float hue = (float) ((sixth / 6.0 + 1.0) % 1.0);
    return (int) (hue * 255.0);
  }

  private static void paint(byte[] bgr, int offset, int hue, int saturation, int value) {
    float sixth = (float) (hue * 6.0 / 255.0);
    int sector = (int) sixth;
    float part = sixth - sector;
    float share = (float) (saturation / 255.0);
    int low = (int) Math.floor(value * (1.0 - share) + 0.5);
    int falling = (int) Math.floor(value * (1.0 - share * part) + 0.5);
    int rising = (int) Math.floor(value * (1.0 - share * (1.0 - part)) + 0.5);
    switch (sector % 6) {
      case 0 -> write(bgr, offset, value, rising, low);
      case 1 -> write(bgr, offset, falling, value, low);
      case 2 -> write(bgr, offset, low, value, rising);
      case 3 -> write(bgr, offset, low, falling, value);
      case 4 -> write(bgr, offset, rising, low, value);
      default -> write(bgr, offset, value, low, falling);
    }
  }

  private static void write(byte[] bgr, int offset, int red, int green, int blue) {
    bgr[offset] = (byte) blue;
    bgr[offset + 1] = (byte) green;
    bgr[offset + 2] = (byte) red;
  }
}
