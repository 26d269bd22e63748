package dev.mto.data.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the headers of a BMP, and whether its pixels lie inside the file. */
final class BmpWalk {
  private static final int OLD_HEADER = 12;
  private static final int UNCOMPRESSED = 0;
  private static final int BIT_FIELDS = 3;

  private final byte[] file;
  private final ByteBuffer bytes;

  BmpWalk(byte[] file) {
    this.file = file;
    this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }

  ImageHeader read() throws DamagedFileException {
    long pixelsAt = bytes.getInt(10) & 0xFFFFFFFFL;
    boolean old = bytes.getInt(14) == OLD_HEADER;
    int width = old ? bytes.getShort(18) & 0xFFFF : bytes.getInt(18);
    int height = old ? bytes.getShort(20) & 0xFFFF : Math.abs(bytes.getInt(22));
    int bits = bytes.getShort(old ? 24 : 28);
    int compression = old ? UNCOMPRESSED : bytes.getInt(30);
    ImageHeader header = ImageHeader.plain(ImageFormat.BMP, height, width, 3);
    long length = old ? 0 : bytes.getInt(34) & 0xFFFFFFFFL;
    if (compression == UNCOMPRESSED || compression == BIT_FIELDS) {
      length = ((long) width * bits + 31) / 32 * 4 * height;
    }
    if (pixelsAt + length > file.length) {
      throw new DamagedFileException("truncated BMP, its pixels go on after its end");
    }
    return header;
  }
}
