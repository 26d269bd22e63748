package dev.mto.data.pixels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * An image (H, W, C), C = grey, BGR, or any other number in the file's order.
 *
 * @param values row by row, channels last, of one byte, or of two in the processor's order; kept,
 *     not copied
 * @param bits of a value: 8 or 16
 */
@SuppressWarnings("ArrayRecordComponent")
public record Pixels(byte[] values, int height, int width, int channels, int bits) {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());

  /** Of 8 bits. */
  public Pixels(byte[] values, int height, int width, int channels) {
    this(values, height, width, channels, 8);
  }

  /** Where channel {@code c} of a pixel of C channels lies in it: three are stored as BGR. */
  public static int place(int c, int channels) {
    return channels == 3 ? 2 - c : c;
  }

  /** H * W * C. */
  public int count() {
    return values.length * 8 / bits;
  }

  /** Value {@code i}, 0 to {@link #largest()}. */
  public int value(int i) {
    return bits == 8 ? values[i] & 0xFF : (short) SHORTS.get(values, 2 * i) & 0xFFFF;
  }

  /** What stands for 1: 255 or 65535. */
  public int largest() {
    return (1 << bits) - 1;
  }

  /** An image of the same shape. */
  Pixels with(byte[] otherValues) {
    return new Pixels(otherValues, height, width, channels, bits);
  }
}
