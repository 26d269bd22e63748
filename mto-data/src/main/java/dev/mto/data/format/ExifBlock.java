package dev.mto.data.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The one thing that is looked for in a block of EXIF data, which is laid out as a TIFF file. */
final class ExifBlock {
  private static final byte[] NAME = {'E', 'x', 'i', 'f', 0, 0};
  private static final int ENTRY = 12;
  private static final short ORIENTATION = 274;

  private ExifBlock() {}

  /**
   * The orientation in a block; upright where it has none or makes no sense.
   *
   * @param at where the block begins, with or without its name "Exif"
   */
  static Orientation orientation(byte[] file, int at, int length) {
    boolean named =
        length > NAME.length && Arrays.equals(file, at, at + NAME.length, NAME, 0, NAME.length);
    int skipped = named ? NAME.length : 0;
    ByteBuffer block = ByteBuffer.wrap(file, at + skipped, length - skipped).slice();
    if (block.limit() < ENTRY) {
      return Orientation.UPRIGHT;
    }
    block.order(block.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long directory = block.getInt(4) & 0xFFFFFFFFL;
    if (directory + 2 > block.limit()) {
      return Orientation.UPRIGHT;
    }
    int entries = block.getShort((int) directory) & 0xFFFF;
    long entry = directory + 2;
    for (int i = 0; i < entries && entry + ENTRY <= block.limit(); i++, entry += ENTRY) {
      if (block.getShort((int) entry) == ORIENTATION) {
        return Orientation.of(block.getShort((int) entry + 8));
      }
    }
    return Orientation.UPRIGHT;
  }
}
