package dev.mto.data.image;

/** Walks the marker segments of a JPEG from start to end of image. */
final class JpegWalk {
  private static final int END = 0xD9;
  private static final int SCAN = 0xDA;
  private static final int APP14 = 0xEE;

  /** A progressive JPEG has about ten; each takes a pass over all of its pixels. */
  private static final int MOST_SCANS = 64;

  private final byte[] file;
  private int position = 2;
  private int scans;
  private boolean adobe;
  private int frame = -1;

  JpegWalk(byte[] file) {
    this.file = file;
  }

  static boolean recognises(byte[] file) {
    return file.length >= 3 && file[0] == -1 && file[1] == (byte) 0xD8 && file[2] == -1;
  }

  ImageHeader read() throws UnreadableImageException {
    for (int marker = marker(); marker != END; marker = marker()) {
      if (standsAlone(marker)) {
        continue;
      }
      int length = unsigned16(position);
      if (length < 2) {
        throw new UnreadableImageException("JPEG segment with a length of " + length);
      }
      note(marker, length);
      position += length;
      if (marker == SCAN) {
        if (++scans > MOST_SCANS) {
          throw new UnreadableImageException(
              "JPEG with more than " + MOST_SCANS + " scans, as no program writes");
        }
        skipEntropyCodedData();
      }
    }
    if (frame < 0) {
      throw new UnreadableImageException("JPEG without a frame header");
    }
    return new ImageHeader(
        unsigned16(frame + 3), unsigned16(frame + 5), unsigned8(frame + 7), adobe);
  }

  private int marker() throws UnreadableImageException {
    while (unsigned8(position) != 0xFF) {
      position++;
    }
    while (unsigned8(position) == 0xFF) {
      position++;
    }
    return unsigned8(position++);
  }

  private void note(int marker, int length) throws UnreadableImageException {
    boolean frameHeader =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frameHeader && frame < 0) {
      frame = position;
    }
    if (marker == APP14 && length >= 7) {
      adobe |= unsigned8(position + 2) == 'A' && unsigned8(position + 3) == 'd';
    }
  }

  private void skipEntropyCodedData() throws UnreadableImageException {
    while (true) {
      if (unsigned8(position) == 0xFF) {
        int next = unsigned8(position + 1);
        if (next != 0 && next != 0xFF && !(next >= 0xD0 && next <= 0xD7)) {
          return;
        }
      }
      position++;
    }
  }

  private static boolean standsAlone(int marker) {
    return marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8);
  }

  private int unsigned8(int at) throws UnreadableImageException {
    if (at >= file.length) {
      throw new UnreadableImageException("truncated JPEG, no end-of-image marker");
    }
    return file[at] & 0xFF;
  }

  private int unsigned16(int at) throws UnreadableImageException {
    return unsigned8(at) << 8 | unsigned8(at + 1);
  }
}
