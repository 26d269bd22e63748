package dev.mto.data.format;

/**
 * What an image file says about itself, with its structure walked to the end: OpenCV decodes the
 * missing part of a truncated file to grey without an error.
 *
 * @param format of the file
 * @param height pixels, as stored
 * @param width pixels, as stored
 * @param channels stored for a pixel, alpha included; colours of a palette, YCbCr and CMYK count as
 *     the three they are converted to
 * @param bits of a value after decoding: 8 or 16
 * @param alpha whether the last channel is transparency
 * @param orientation how it is meant to be seen
 * @param pages of the file, or frames, of which the first is read
 * @param doubtful whether a part may be missing of which the decoder says nothing
 */
public record ImageHeader(
    ImageFormat format,
    int height,
    int width,
    int channels,
    int bits,
    boolean alpha,
    Orientation orientation,
    int pages,
    boolean doubtful) {
  /** Above it an image takes a quarter of a gibibyte: the limit at which Pillow warns. */
  private static final long MAX_PIXELS = 89_478_485;

  /** Up to here a file may hold as few bytes as it likes. */
  private static final long FREE_PIXELS = 1L << 24;

  private static final long MOST_PIXELS_PER_BYTE = 1024;

  /** Checks the size. */
  public ImageHeader {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("its size is " + width + "x" + height);
    }
    if ((long) height * width > MAX_PIXELS) {
      throw new IllegalArgumentException(
          "its size of " + width + "x" + height + " is above " + MAX_PIXELS + " pixels");
    }
  }

  /** Of one upright image without anything odd. */
  static ImageHeader plain(ImageFormat format, int height, int width, int channels) {
    return new ImageHeader(
        format, height, width, channels, 8, false, Orientation.UPRIGHT, 1, false);
  }

  ImageHeader withAlpha(boolean with) {
    return new ImageHeader(
        format, height, width, channels, bits, with, orientation, pages, doubtful);
  }

  ImageHeader withBits(int other) {
    return new ImageHeader(
        format, height, width, channels, other, alpha, orientation, pages, doubtful);
  }

  ImageHeader withOrientation(Orientation other) {
    return new ImageHeader(format, height, width, channels, bits, alpha, other, pages, doubtful);
  }

  ImageHeader withPages(int other) {
    return new ImageHeader(
        format, height, width, channels, bits, alpha, orientation, other, doubtful);
  }

  ImageHeader withDoubts(boolean doubts) {
    return new ImageHeader(
        format, height, width, channels, bits, alpha, orientation, pages, doubts);
  }

  /** Whether the file is a JPEG, which can be decoded at a lower resolution. */
  public boolean jpeg() {
    return format == ImageFormat.JPEG;
  }

  /** Channels that are no transparency. */
  public int opaqueChannels() {
    return alpha ? channels - 1 : channels;
  }

  /**
   * Refuses to drop a channel that is no transparency, and to make up any but from grey.
   *
   * @param wanted channels
   */
  public void requireReadableWith(int wanted) throws DamagedFileException {
    int opaque = opaqueChannels();
    boolean colours = (wanted == 1 || wanted == 3) && (opaque == 1 || opaque == 3);
    if (!colours && wanted != channels) {
      throw new DamagedFileException(
          "has %d channels%s but %d are asked for (data.channels, or --channels of data check)"
              .formatted(channels, alpha ? ", the last one alpha," : "", wanted));
    }
  }

  /**
   * Reads the size and checks that the file goes on to its end.
   *
   * @throws DamagedFileException if the bytes are empty, of no known format, or end too early
   */
  public static ImageHeader read(byte[] file) throws DamagedFileException {
    if (file.length == 0) {
      throw new DamagedFileException("empty file");
    }
    ImageFormat format =
        ImageFormat.of(file)
            .orElseThrow(() -> new DamagedFileException("not a JPEG, PNG, TIFF, BMP or WebP file"));
    try {
      ImageHeader header =
          switch (format) {
            case JPEG -> new JpegWalk(file).read();
            case PNG -> new PngWalk(file).read();
            case TIFF -> TiffDirectory.read(file).header();
            case BMP -> new BmpWalk(file).read();
            case WEBP -> new WebpWalk(file).read();
          };
      return header.plausibleIn(file.length);
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(e.getMessage());
    } catch (IndexOutOfBoundsException e) {
      throw new DamagedFileException("truncated " + format);
    }
  }

  /** Refuses a small file that would take much memory: no camera or program writes one. */
  private ImageHeader plausibleIn(int bytes) throws DamagedFileException {
    requirePlausible(height, width, bytes);
    return this;
  }

  /**
   * The same of a part that is decoded as a whole.
   *
   * @throws DamagedFileException if so many pixels cannot be in a file of so many bytes
   */
  static void requirePlausible(int height, int width, int bytes) throws DamagedFileException {
    long pixels = (long) height * width;
    if (pixels > FREE_PIXELS && pixels > bytes * MOST_PIXELS_PER_BYTE) {
      throw new DamagedFileException(
          "claims %d x %d pixels in %d bytes".formatted(width, height, bytes));
    }
  }
}
