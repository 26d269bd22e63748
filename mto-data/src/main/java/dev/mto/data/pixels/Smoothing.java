package dev.mto.data.pixels;

/**
 * Pillow's smoothing filter: the weighted mean, rounded, of a pixel (weight 5) and its eight
 * neighbours (weight 1 each). Pixels of the border stay as they are.
 */
final class Smoothing {
  private static final int CENTRE = 5;
  private static final int TOTAL = CENTRE + 8;

  private Smoothing() {}

  /** The smoothed values [H * W * C] of an image, which stays as it is. */
  static byte[] of(Pixels image) {
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
}
