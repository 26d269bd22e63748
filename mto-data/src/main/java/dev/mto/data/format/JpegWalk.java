package dev.mto.data.format;

/**
 * Walks the marker segments of a JPEG from start to end of image. Data that were cut or overwritten
 * with zeros before the end marker leave traces: a long run of zeros, or a progressive image whose
 * scans do not come to its last bits. Neither proves damage.
 */
final class JpegWalk {
  private static final int END = 0xD9;
  private static final int SCAN = 0xDA;
  private static final int APP1 = 0xE1;
  private static final int APP14 = 0xEE;
  private static final int PROGRESSIVE = 0xC2;

  /** Photos have runs of a few; flat images of few colours have long ones. */
  private static final int MANY_ZEROS = 32;

  /** A progressive JPEG has about ten; each takes a pass over all of its pixels. */
  private static final int MOST_SCANS = 64;

  private final byte[] file;
  private int position = 2;
  private int scans;
  private boolean adobe;
  private boolean zeros;
  private boolean progressive;
  private int frame = -1;
  private Orientation orientation = Orientation.UPRIGHT;

  /** For each component's number, the coefficients whose last bit has come, one bit each. */
  private final long[] complete = new long[256];

  JpegWalk(byte[] file) {
    this.file = file;
  }

  ImageHeader read() throws DamagedFileException {
    for (int marker = marker(); marker != END; marker = marker()) {
      if (standsAlone(marker)) {
        continue;
      }
      int length = unsigned16(position);
      if (length < 2) {
        throw new DamagedFileException("JPEG segment with a length of " + length);
      }
      note(marker, length);
      position += length;
      if (marker == SCAN) {
        if (++scans > MOST_SCANS) {
          throw new DamagedFileException(
              "JPEG with more than " + MOST_SCANS + " scans, as no program writes");
        }
        skipEntropyCodedData();
      }
    }
    if (frame < 0) {
      throw new DamagedFileException("JPEG without a frame header");
    }
    return header();
  }

  private ImageHeader header() throws DamagedFileException {
    int components = unsigned8(frame + 7);
    boolean cmyk = components == 4;
    if (cmyk && !adobe) {
      throw new DamagedFileException("CMYK JPEG without Adobe marker, convert it to RGB");
    }
    int height = unsigned16(frame + 3);
    int width = unsigned16(frame + 5);
    return ImageHeader.plain(ImageFormat.JPEG, height, width, components == 1 ? 1 : 3)
        .withOrientation(orientation)
        .withDoubts(zeros || cmyk || (progressive && !complete(components)));
  }

  private boolean complete(int components) throws DamagedFileException {
    for (int i = 0; i < components; i++) {
      if (complete[unsigned8(frame + 8 + 3 * i)] != -1L) {
        return false;
      }
    }
    return true;
  }

  private int marker() throws DamagedFileException {
    while (unsigned8(position) != 0xFF) {
      position++;
    }
    while (unsigned8(position) == 0xFF) {
      position++;
    }
    return unsigned8(position++);
  }

  private void note(int marker, int length) throws DamagedFileException {
    boolean frameHeader =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frameHeader && frame < 0) {
      frame = position;
      progressive = marker == PROGRESSIVE;
    }
    if (marker == SCAN) {
      noteScan();
    }
    if (marker == APP1 && orientation == Orientation.UPRIGHT) {
      int end = Math.min(file.length, position + length);
      orientation = ExifBlock.orientation(file, position + 2, Math.max(0, end - position - 2));
    }
    if (marker == APP14 && length >= 7) {
      adobe |= unsigned8(position + 2) == 'A' && unsigned8(position + 3) == 'd';
    }
  }

  private void noteScan() throws DamagedFileException {
    int components = unsigned8(position + 2);
    int spectrum = position + 3 + 2 * components;
    int from = unsigned8(spectrum);
    int to = unsigned8(spectrum + 1);
    boolean last = (unsigned8(spectrum + 2) & 0xF) == 0;
    if (last && from <= to && to < Long.SIZE) {
      long coefficients = -1L << from & -1L >>> (Long.SIZE - 1 - to);
      for (int i = 0; i < components; i++) {
        complete[unsigned8(position + 3 + 2 * i)] |= coefficients;
      }
    }
  }

  private void skipEntropyCodedData() throws DamagedFileException {
    int run = 0;
    while (true) {
      int value = unsigned8(position);
      run = value == 0 ? run + 1 : 0;
      zeros |= run == MANY_ZEROS;
      if (value == 0xFF) {
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

  private int unsigned8(int at) throws DamagedFileException {
    if (at >= file.length) {
      throw new DamagedFileException("truncated JPEG, no end-of-image marker");
    }
    return file[at] & 0xFF;
  }

  private int unsigned16(int at) throws DamagedFileException {
    return unsigned8(at) << 8 | unsigned8(at + 1);
  }
}
