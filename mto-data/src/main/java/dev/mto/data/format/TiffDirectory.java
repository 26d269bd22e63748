package dev.mto.data.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The first image of a TIFF file: its tags, and where its strips or tiles lie. */
final class TiffDirectory {
  static final int UNCOMPRESSED = 1;
  static final int LZW = 5;
  static final int DEFLATE = 8;
  static final int OLD_DEFLATE = 32946;
  static final int PACK_BITS = 32773;

  private static final int SUBFILE = 254;
  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int FILL_ORDER = 266;
  private static final int STRIP_OFFSETS = 273;
  private static final int ORIENTATION = 274;
  private static final int SAMPLES = 277;
  private static final int ROWS_PER_STRIP = 278;
  private static final int STRIP_BYTES = 279;
  private static final int PLANAR = 284;
  private static final int PREDICTOR = 317;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_BYTES = 325;
  private static final int EXTRA_SAMPLES = 338;
  private static final int SAMPLE_FORMAT = 339;

  private static final int WHITE_IS_ZERO = 0;
  private static final int BLACK_IS_ZERO = 1;
  private static final int RGB = 2;
  private static final int REDUCED_OR_MASK = 5;
  private static final int BIG_TIFF = 43;
  private static final int ENTRY = 12;
  private static final int MOST_SAMPLES = 1024;

  /** Those that libtiff decodes for OpenCV beside our own: CCITT, JPEG. */
  private static final Set<Integer> OPEN_CV_COMPRESSIONS = Set.of(2, 3, 4, 7);

  private static final Set<Integer> COMPRESSIONS =
      Set.of(UNCOMPRESSED, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS);

  /** Those that are looked at: the others of a hostile file would fill the memory. */
  private static final Set<Integer> TAGS =
      Set.of(
          SUBFILE,
          WIDTH,
          HEIGHT,
          BITS,
          COMPRESSION,
          PHOTOMETRIC,
          FILL_ORDER,
          STRIP_OFFSETS,
          ORIENTATION,
          SAMPLES,
          ROWS_PER_STRIP,
          STRIP_BYTES,
          PLANAR,
          PREDICTOR,
          TILE_WIDTH,
          TILE_HEIGHT,
          TILE_OFFSETS,
          TILE_BYTES,
          EXTRA_SAMPLES,
          SAMPLE_FORMAT);

  /** Those with a value for each strip or tile. */
  private static final Set<Integer> PLACES =
      Set.of(STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES);

  private final ByteBuffer bytes;
  private final Map<Integer, long[]> tags = new LinkedHashMap<>();
  private int pages;

  private TiffDirectory(byte[] file) {
    bytes = ByteBuffer.wrap(file);
    bytes.order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  /**
   * Reads the directory of the first image and checks that all directories and its strips or tiles
   * lie inside the file.
   *
   * @throws DamagedFileException if they do not, or if its values cannot be read
   * @throws IndexOutOfBoundsException if the file ends early
   */
  static TiffDirectory read(byte[] file) throws DamagedFileException {
    TiffDirectory directory = new TiffDirectory(file);
    if (directory.bytes.getShort(2) == BIG_TIFF) {
      throw new DamagedFileException("BigTIFF is not read, save it as TIFF");
    }
    directory.readDirectories();
    directory.requireReadable();
    directory.requireComplete();
    return directory;
  }

  private void readDirectories() throws DamagedFileException {
    Set<Long> seen = new HashSet<>();
    long at = unsigned32(4);
    while (at != 0) {
      if (!seen.add(at)) {
        throw new DamagedFileException("TIFF whose directories go in a circle");
      }
      Map<Integer, long[]> page = seen.size() == 1 ? tags : new LinkedHashMap<>();
      int entries = unsigned16(at);
      for (int i = 0; i < entries; i++) {
        readEntry(at + 2 + (long) i * ENTRY, page);
      }
      if ((page.getOrDefault(SUBFILE, new long[1])[0] & REDUCED_OR_MASK) == 0) {
        pages++;
      }
      at = unsigned32(at + 2 + (long) entries * ENTRY);
    }
    if (seen.isEmpty()) {
      throw new DamagedFileException("TIFF without an image");
    }
  }

  /** Keeps the tags that are asked for; the values of others are not looked at. */
  private void readEntry(long at, Map<Integer, long[]> page) {
    int tag = unsigned16(at);
    int type = unsigned16(at + 2);
    int size =
        switch (type) {
          case 1 -> 1;
          case 3 -> 2;
          case 4 -> 4;
          default -> 0;
        };
    long count = unsigned32(at + 4);
    if (!TAGS.contains(tag) || size == 0 || count == 0 || count > bytes.limit()) {
      return;
    }
    long values = count * size <= 4 ? at + 8 : unsigned32(at + 8);
    if (values + count * size > bytes.limit()) {
      throw new IndexOutOfBoundsException();
    }
    boolean places = PLACES.contains(tag) && size > 1;
    long[] read = new long[(int) (places ? count : Math.min(count, MOST_SAMPLES))];
    for (int i = 0; i < read.length; i++) {
      long place = values + (long) i * size;
      read[i] =
          switch (size) {
            case 1 -> bytes.get((int) place) & 0xFF;
            case 2 -> unsigned16(place);
            default -> unsigned32(place);
          };
    }
    page.put(tag, read);
  }

  private void requireReadable() throws DamagedFileException {
    int format = (int) first(SAMPLE_FORMAT, 1);
    int bits = bits();
    if (format == 2 || format == 3 || bits > 16) {
      String kind = format == 3 ? "floating-point" : format == 2 ? "signed" : "unsigned";
      throw new DamagedFileException(
          "TIFF of %d-bit %s values, convert it to 8 or 16 bits unsigned".formatted(bits, kind));
    }
    if (Arrays.stream(tags.getOrDefault(BITS, new long[1])).distinct().count() > 1) {
      throw new DamagedFileException("TIFF whose channels have different numbers of bits");
    }
    if (!COMPRESSIONS.contains(compression()) && !OPEN_CV_COMPRESSIONS.contains(compression())) {
      throw new DamagedFileException(
          "TIFF of compression %d, save it with LZW or Deflate".formatted(compression()));
    }
    if (samples() < 1 || samples() > MOST_SAMPLES) {
      throw new DamagedFileException("TIFF of " + samples() + " channels");
    }
    if (tiled()) {
      if (blockHeight() < 1 || blockWidth() < 1) {
        throw new DamagedFileException("TIFF with strips or tiles of no size");
      }
      ImageHeader.requirePlausible(blockHeight(), blockWidth(), bytes.limit());
    }
    if (!plain() && (bits > 8 || orientation() != Orientation.UPRIGHT)) {
      throw new DamagedFileException(
          "TIFF of %d bits, compression %d, colours %d, orientation %s; save it with Deflate"
              .formatted(bits, compression(), photometric(), orientation()));
    }
  }

  private void requireComplete() throws DamagedFileException {
    long[] offsets = offsets();
    long[] lengths = lengths();
    if (offsets.length == 0 || offsets.length != lengths.length) {
      throw new DamagedFileException("TIFF that does not say where its pixels are");
    }
    for (int i = 0; i < offsets.length; i++) {
      if (offsets[i] + lengths[i] > bytes.limit()) {
        throw new DamagedFileException("truncated TIFF, its pixels go on after its end");
      }
    }
  }

  ImageHeader header() {
    int channels = photometric() > RGB ? 3 : samples();
    long[] extra = tags.getOrDefault(EXTRA_SAMPLES, new long[0]);
    boolean alpha = extra.length > 0 && extra[extra.length - 1] != 0 && channels == samples();
    return ImageHeader.plain(ImageFormat.TIFF, height(), width(), channels)
        .withBits(bits() == 16 ? 16 : 8)
        .withAlpha(alpha)
        .withOrientation(orientation())
        .withPages(Math.max(1, pages));
  }

  /** Whether its values are the image's, so that {@link TiffSamples} reads them all. */
  boolean plain() {
    return (photometric() == WHITE_IS_ZERO
            || photometric() == BLACK_IS_ZERO
            || photometric() == RGB)
        && (bits() == 8 || bits() == 16)
        && COMPRESSIONS.contains(compression())
        && first(FILL_ORDER, 1) == 1
        && first(PREDICTOR, 1) <= 2;
  }

  boolean inverted() {
    return photometric() == WHITE_IS_ZERO;
  }

  boolean planar() {
    return first(PLANAR, 1) == 2;
  }

  /**
   * Whether values are differences: a matter of LZW and Deflate, which libtiff ignores elsewhere.
   */
  boolean differences() {
    boolean codecHasIt = compression() != UNCOMPRESSED && compression() != PACK_BITS;
    return codecHasIt && first(PREDICTOR, 1) == 2;
  }

  int height() {
    return (int) first(HEIGHT, 0);
  }

  int width() {
    return (int) first(WIDTH, 0);
  }

  int samples() {
    return (int) first(SAMPLES, 1);
  }

  int bits() {
    return (int) first(BITS, 1);
  }

  int compression() {
    return (int) first(COMPRESSION, UNCOMPRESSED);
  }

  private int photometric() {
    return (int) first(PHOTOMETRIC, BLACK_IS_ZERO);
  }

  private Orientation orientation() {
    return Orientation.of((int) first(ORIENTATION, 1));
  }

  /** Rows of a strip or tile. */
  int blockHeight() {
    return (int)
        (tiled() ? first(TILE_HEIGHT, 0) : Math.min(height(), first(ROWS_PER_STRIP, height())));
  }

  /** Columns of a strip or tile. */
  int blockWidth() {
    return (int) (tiled() ? first(TILE_WIDTH, 0) : width());
  }

  boolean tiled() {
    return tags.containsKey(TILE_OFFSETS);
  }

  /** Where strips or tiles begin, row by row, plane by plane. */
  long[] offsets() {
    return tags.getOrDefault(tiled() ? TILE_OFFSETS : STRIP_OFFSETS, new long[0]);
  }

  /** Bytes of the strips or tiles. */
  long[] lengths() {
    return tags.getOrDefault(tiled() ? TILE_BYTES : STRIP_BYTES, new long[0]);
  }

  ByteOrder order() {
    return bytes.order();
  }

  private long first(int tag, long otherwise) {
    return tags.containsKey(tag) ? tags.get(tag)[0] : otherwise;
  }

  private int unsigned16(long at) {
    return bytes.getShort(place(at)) & 0xFFFF;
  }

  private long unsigned32(long at) {
    return bytes.getInt(place(at)) & 0xFFFFFFFFL;
  }

  private static int place(long at) {
    return (int) Math.min(at, Integer.MAX_VALUE);
  }
}
