package dev.mto.data.image;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Walks the chunks of a PNG from IHDR to IEND. */
final class PngWalk {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int IHDR = 0x49484452;
  private static final int IEND = 0x49454E44;
  private static final int CHUNK_FRAME = 12;

  private PngWalk() {}

  static boolean recognises(byte[] file) {
    return file.length >= SIGNATURE.length
        && Arrays.equals(file, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
  }

  static ImageHeader read(byte[] file) throws UnreadableImageException {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int position = SIGNATURE.length;
    if (file.length < position + CHUNK_FRAME + 13 || bytes.getInt(position + 4) != IHDR) {
      throw new UnreadableImageException("truncated PNG, no image header");
    }
    while (position + CHUNK_FRAME <= file.length) {
      long length = bytes.getInt(position) & 0xFFFFFFFFL;
      if (bytes.getInt(position + 4) == IEND) {
        return new ImageHeader(
            bytes.getInt(SIGNATURE.length + 12), bytes.getInt(SIGNATURE.length + 8), 0, false);
      }
      if (length > file.length - position - CHUNK_FRAME) {
        break;
      }
      position += (int) length + CHUNK_FRAME;
    }
    throw new UnreadableImageException("truncated PNG, no end chunk");
  }
}
