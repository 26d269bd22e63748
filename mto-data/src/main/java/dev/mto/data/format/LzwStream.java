package dev.mto.data.format;

/** TIFF's LZW: codes of 9 to 12 bits, highest bit first, each longer one code early. */
final class LzwStream {
  private static final int CLEAR = 256;
  private static final int END = 257;
  private static final int FIRST = 258;
  private static final int MOST = 4096;

  private final byte[] file;
  private final int end;
  private int position;
  private int bits;
  private int available;

  private LzwStream(byte[] file, int at, int length) {
    this.file = file;
    this.position = at;
    this.end = at + length;
  }

  /**
   * Unpacks into {@code result} until it is full or the data end.
   *
   * @return bytes written
   */
  static int unpack(byte[] file, int at, int length, byte[] result) throws DamagedFileException {
    return new LzwStream(file, at, length).unpack(result);
  }

  /** A code's bytes are kept as a stretch of the result: where it was written last. */
  private int unpack(byte[] result) throws DamagedFileException {
    int[] starts = new int[MOST + 1];
    int[] lengths = new int[MOST + 1];
    int next = FIRST;
    int width = 9;
    int written = 0;
    boolean first = true;
    while (written < result.length) {
      int code = code(width);
      if (code < 0 || code == END) {
        break;
      }
      if (code == CLEAR) {
        next = FIRST;
        width = 9;
        first = true;
        continue;
      }
      if (code >= (first ? CLEAR : next)) {
        throw new DamagedFileException("damaged TIFF, wrong LZW code");
      }
      int length = code < CLEAR ? 1 : lengths[code];
      int from = starts[code];
      int start = written;
      for (int i = 0; i < length && written < result.length; i++) {
        result[written++] = code < CLEAR ? (byte) code : result[from + i];
      }
      first = false;
      if (next < MOST) {
        // The entry of this code and the first byte of the one after it, which lies behind it.
        starts[next] = start;
        lengths[next] = length + 1;
        next++;
      }
      width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9;
    }
    return written;
  }

  private int code(int width) {
    while (available < width) {
      if (position >= end) {
        return -1;
      }
      bits = (bits << 8) | (file[position++] & 0xFF);
      available += 8;
    }
    available -= width;
    return (bits >>> available) & ((1 << width) - 1);
  }
}
