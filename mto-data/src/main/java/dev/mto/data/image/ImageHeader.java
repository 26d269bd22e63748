package dev.mto.data.image;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a JPEG or PNG file says about itself, with its structure walked to the end: OpenCV decodes
 * the missing part of a truncated JPEG to grey without an error.
 *
 * @param height pixels
 * @param width pixels
 * @param components stored colour components: 1 grey, 3 colour, 4 CMYK (JPEG only; 0 for PNG)
 * @param adobe whether a JPEG carries Adobe's APP14 marker, whose CMYK is stored inverted
 */
record ImageHeader(int height, int width, int components, boolean adobe) {
  /** Above it an image takes a quarter of a gibibyte: the limit at which Pillow warns. */
  private static final long MAX_PIXELS = 89_478_485;

  /** Up to here a file may hold as few bytes as it likes. */
  private static final long FREE_PIXELS = 1L << 24;

  private static final long MOST_PIXELS_PER_BYTE = 1024;

  private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int IHDR = 0x49484452;
  private static final int IEND = 0x49454E44;
  private static final int CHUNK_FRAME = 12;

  ImageHeader {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("its size is " + width + "x" + height);
    }
    if ((long) height * width > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "its size of " + width + "x" + height + " is above " + MAX_PIXELS + " pixels");
    }
  }

  /** Whether the file is a JPEG, which can be decoded at a lower resolution. */
  boolean jpeg() {
    return components > 0;
  }

  /**
   * Reads the size and checks that the file goes on to its end marker.
   *
   * @throws UnreadableImageException if the bytes are empty, neither JPEG nor PNG, or end too early
   */
  static ImageHeader read(byte[] file) throws UnreadableImageException {
    if (file.length == 0) {
      throw new UnreadableImageException("empty file");
    }
    try {
      if (JpegWalk.recognises(file)) {
        return new JpegWalk(file).read().plausibleIn(file.length);
      }
      if (Arrays.equals(Arrays.copyOf(file, PNG_SIGNATURE.length), PNG_SIGNATURE)) {
        return readPng(file).plausibleIn(file.length);
      }
    } catch (IllegalArgumentException e) {
      throw new UnreadableImageException(e.getMessage());
    }
    throw new UnreadableImageException("neither JPEG nor PNG");
  }

  /** Refuses a small file that would take much memory: no camera or program writes one. */
  private ImageHeader plausibleIn(int bytes) throws UnreadableImageException {
    long pixels = (long) height * width;
    if (pixels > FREE_PIXELS && pixels > bytes * MOST_PIXELS_PER_BYTE) {
      throw new UnreadableImageException(
          "claims %d x %d pixels in %d bytes".formatted(width, height, bytes));
    }
    return this;
  }

  /** Walks the chunks of a PNG from IHDR to IEND. */
  private static ImageHeader readPng(byte[] file) throws UnreadableImageException {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int position = PNG_SIGNATURE.length;
    if (file.length < position + CHUNK_FRAME + 13 || bytes.getInt(position + 4) != IHDR) {
      throw new UnreadableImageException("truncated PNG, no image header");
    }
    while (position + CHUNK_FRAME <= file.length) {
      long length = bytes.getInt(position) & 0xFFFFFFFFL;
      if (bytes.getInt(position + 4) == IEND) {
        int size = PNG_SIGNATURE.length + 8;
        return new ImageHeader(bytes.getInt(size + 4), bytes.getInt(size), 0, false);
      }
      if (length > file.length - position - CHUNK_FRAME) {
        break;
      }
      position += (int) length + CHUNK_FRAME;
    }
    throw new UnreadableImageException("truncated PNG, no end chunk");
  }
}
