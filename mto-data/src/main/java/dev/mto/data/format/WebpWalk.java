package dev.mto.data.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Walks the chunks of a WebP file to the end that its RIFF header names. */
final class WebpWalk {
  private static final int FIRST_CHUNK = 12;
  private static final int CHUNK_FRAME = 8;
  private static final int LOSSY = 0x20385056; // "VP8 "
  private static final int LOSSLESS = 0x4C385056; // VP8L
  private static final int EXTENDED = 0x58385056; // VP8X
  private static final int FRAME = 0x464D4E41; // ANMF
  private static final int EXIF = 0x46495845; // EXIF
  private static final int ALPHA_FLAG = 0x10;

  private final byte[] file;
  private final ByteBuffer bytes;
  private int height;
  private int width;
  private boolean alpha;
  private boolean data;
  private boolean animated;
  private Orientation orientation = Orientation.UPRIGHT;

  WebpWalk(byte[] file) {
    this.file = file;
    this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }

  ImageHeader read() throws DamagedFileException {
    long end = CHUNK_FRAME + (bytes.getInt(4) & 0xFFFFFFFFL);
    if (end > file.length) {
      throw new DamagedFileException("truncated WebP, %d of %d bytes".formatted(file.length, end));
    }
    int position = FIRST_CHUNK;
    while (position + CHUNK_FRAME <= end) {
      long length = bytes.getInt(position + 4) & 0xFFFFFFFFL;
      if (length > end - position - CHUNK_FRAME) {
        throw new DamagedFileException("truncated WebP, a chunk goes on after its end");
      }
      note(bytes.getInt(position), position + CHUNK_FRAME, (int) length);
      position += CHUNK_FRAME + (int) (length + length % 2);
    }
    if (animated) {
      throw new DamagedFileException("an animated WebP; save one of its pictures as a still one");
    }
    if (!data) {
      throw new DamagedFileException("WebP without an image");
    }
    return ImageHeader.plain(ImageFormat.WEBP, height, width, alpha ? 4 : 3)
        .withAlpha(alpha)
        .withOrientation(orientation);
  }

  private void note(int type, int at, int length) {
    switch (type) {
      case EXTENDED -> {
        alpha = (bytes.get(at) & ALPHA_FLAG) != 0;
        width = 1 + (bytes.getInt(at + 4) & 0xFFFFFF);
        height = 1 + (bytes.getInt(at + 6) >>> 8);
      }
      case LOSSY -> {
        data = true;
        if (width == 0) {
          width = bytes.getShort(at + 6) & 0x3FFF;
          height = bytes.getShort(at + 8) & 0x3FFF;
        }
      }
      case LOSSLESS -> {
        data = true;
        if (width == 0) {
          int sizes = bytes.getInt(at + 1);
          width = 1 + (sizes & 0x3FFF);
          height = 1 + (sizes >>> 14 & 0x3FFF);
          alpha = (sizes >>> 28 & 1) != 0;
        }
      }
      case FRAME -> animated = true;
      case EXIF -> orientation = ExifBlock.orientation(file, at, length);
      default -> {}
    }
  }
}
