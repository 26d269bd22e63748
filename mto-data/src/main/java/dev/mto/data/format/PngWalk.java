package dev.mto.data.format;

import java.nio.ByteBuffer;

/** Walks the chunks of a PNG from IHDR to IEND. */
final class PngWalk {
  private static final int SIGNATURE = 8;
  private static final int CHUNK_FRAME = 12;
  private static final int IHDR = 0x49484452;
  private static final int IEND = 0x49454E44;
  private static final int TRANSPARENT = 0x74524E53; // tRNS
  private static final int EXIF = 0x65584966; // eXIf
  private static final int ANIMATION = 0x6163544C; // acTL

  private final byte[] file;
  private final ByteBuffer bytes;
  private boolean transparent;
  private int frames = 1;
  private Orientation orientation = Orientation.UPRIGHT;

  PngWalk(byte[] file) {
    this.file = file;
    this.bytes = ByteBuffer.wrap(file);
  }

  ImageHeader read() throws DamagedFileException {
    int position = SIGNATURE;
    if (file.length < position + CHUNK_FRAME + 13 || bytes.getInt(position + 4) != IHDR) {
      throw new DamagedFileException("truncated PNG, no image header");
    }
    while (position + CHUNK_FRAME <= file.length) {
      long length = bytes.getInt(position) & 0xFFFFFFFFL;
      int type = bytes.getInt(position + 4);
      if (type == IEND) {
        return header();
      }
      if (length > file.length - position - CHUNK_FRAME) {
        break;
      }
      note(type, position + 8, (int) length);
      position += (int) length + CHUNK_FRAME;
    }
    throw new DamagedFileException("truncated PNG, no end chunk");
  }

  private void note(int type, int at, int length) {
    switch (type) {
      case TRANSPARENT -> transparent = true;
      case EXIF -> orientation = ExifBlock.orientation(file, at, length);
      case ANIMATION -> frames = length < 4 ? 1 : Math.max(1, bytes.getInt(at));
      default -> {}
    }
  }

  private ImageHeader header() {
    int size = SIGNATURE + 8;
    int bits = bytes.get(size + 8) == 16 ? 16 : 8;
    int type = bytes.get(size + 9);
    boolean colour = (type & 2) != 0;
    boolean alpha = (type & 4) != 0 || transparent;
    int channels = (colour ? 3 : 1) + (alpha ? 1 : 0);
    return ImageHeader.plain(ImageFormat.PNG, bytes.getInt(size + 4), bytes.getInt(size), channels)
        .withBits(bits)
        .withAlpha(alpha)
        .withOrientation(orientation)
        .withPages(frames);
  }
}
