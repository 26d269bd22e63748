package dev.mto.data.pixels;

/** An 8-bit image (H, W, C), C = BGR or grey. */
public final class Pixels {
  private final byte[] values;
  private final int height;
  private final int width;
  private final int channels;

  /**
   * @param values row by row, channels last; kept, not copied
   */
  public Pixels(byte[] values, int height, int width, int channels) {
    this.values = values;
    this.height = height;
    this.width = width;
    this.channels = channels;
  }

  /** An image of the same shape. */
  Pixels with(byte[] otherValues) {
    return new Pixels(otherValues, height, width, channels);
  }

  public byte[] values() {
    return values;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  int channels() {
    return channels;
  }
}
