package dev.mto.data.pixels;

/**
 * An 8-bit image (H, W, C), C = BGR or grey.
 *
 * @param values row by row, channels last; kept, not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record Pixels(byte[] values, int height, int width, int channels) {
  /** An image of the same shape. */
  Pixels with(byte[] otherValues) {
    return new Pixels(otherValues, height, width, channels);
  }
}
