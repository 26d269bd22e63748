package dev.mto.data.image;

import dev.mto.data.format.DamagedFileException;
import dev.mto.data.format.ImageFormat;
import dev.mto.data.format.ImageHeader;
import dev.mto.data.format.Orientation;
import dev.mto.data.format.TiffSamples;
import dev.mto.data.pixels.Pixels;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * An image file in memory whose header and structure were checked: JPEG (grey, colour, CMYK), PNG
 * (any depth, palette, grey, alpha), TIFF (8 or 16 bits, any number of channels), BMP, WebP. Values
 * have the file's bits, 8 or 16. Alpha is dropped where 1 or 3 channels are asked for, any other
 * channel never; CMYK is converted without a colour profile as Pillow does.
 */
public final class EncodedImage {
  private static final long MAX_BYTES = 1L << 29;

  private final byte[] file;
  private final ImageHeader header;
  private final Orientation orientation;
  private long decodeNanos;

  private EncodedImage(byte[] file, ImageHeader header, Exif exif) {
    this.file = file;
    this.header = header;
    this.orientation = exif == Exif.APPLY ? header.orientation() : Orientation.UPRIGHT;
  }

  /** Reads a file whose image is turned as it is meant to be seen. */
  public static EncodedImage read(Path path) throws UnreadableImageException {
    return read(path, Exif.APPLY);
  }

  /**
   * Reads a file.
   *
   * @throws UnreadableImageException if the file cannot be read, is cut short or is no image
   */
  public static EncodedImage read(Path path, Exif exif) throws UnreadableImageException {
    return of(bytes(path), exif);
  }

  /**
   * A file whose bytes were read.
   *
   * @throws UnreadableImageException if it is cut short or is no image
   */
  public static EncodedImage of(byte[] file, Exif exif) throws UnreadableImageException {
    try {
      return new EncodedImage(file, ImageHeader.read(file), exif);
    } catch (DamagedFileException e) {
      throw new UnreadableImageException(e.getMessage());
    }
  }

  /**
   * All pixels of a file.
   *
   * @param channels C: 1 for grey, 3 for BGR, or the file's own number
   * @throws UnreadableImageException if the file cannot be read, is damaged or is no image
   */
  public static Pixels pixels(Path path, int channels) throws UnreadableImageException {
    return read(path).pixels(channels);
  }

  /**
   * All pixels.
   *
   * @param channels C: 1 for grey, 3 for BGR, or the file's own number
   * @throws UnreadableImageException if the data are damaged or have other channels
   */
  @SuppressWarnings("try")
  public Pixels pixels(int channels) throws UnreadableImageException {
    try (PointerScope scope = OpenCv.scope()) {
      return OpenCv.pixels(decode(channels, ReducedDecoding.NONE));
    }
  }

  /**
   * Looks for damage that {@link #pixels} may let pass: in a JPEG whose data are wrong but seem
   * whole. Decodes it once more.
   *
   * @throws UnreadableImageException if it finds any
   */
  public void requireSound() throws UnreadableImageException {
    Optional<String> damage = header.jpeg() ? JpegDamage.found(file) : Optional.empty();
    if (damage.isPresent()) {
      throw new UnreadableImageException(damage.get());
    }
  }

  /** Channels in the file, with alpha. */
  public int channels() {
    return header.channels();
  }

  /** Whether the last of the file's channels is transparency. */
  public boolean alpha() {
    return header.alpha();
  }

  /** Pages or frames of the file, of which the first is read. */
  public int pages() {
    return header.pages();
  }

  /** Whether the camera has noted that the stored image is to be turned or mirrored. */
  public boolean turned() {
    return header.orientation() != Orientation.UPRIGHT;
  }

  public ImageFormat format() {
    return header.format();
  }

  /** Bytes of the file. */
  public int length() {
    return file.length;
  }

  /** Writes the file as it was read. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(file);
  }

  /** Of the decoded image, pixels. */
  int height() {
    return orientation.sideways() ? header.width() : header.height();
  }

  /** Of the decoded image, pixels. */
  int width() {
    return orientation.sideways() ? header.height() : header.width();
  }

  /**
   * The bytes of a PNG file of a grey 8-bit image.
   *
   * @param grey [height * width], row by row
   */
  public static byte[] png(byte[] grey, int height, int width) {
    return png(grey, height, width, 1);
  }

  /**
   * The bytes of a PNG file of an 8-bit image.
   *
   * @param values [height * width * channels], row by row: grey, or blue, green and red
   * @param channels 1 or 3
   */
  @SuppressWarnings("try")
  public static byte[] png(byte[] values, int height, int width, int channels) {
    try (PointerScope scope = OpenCv.scope()) {
      BytePointer encoded = new BytePointer();
      if (!opencv_imgcodecs.imencode(
          ".png", OpenCv.mat(values, height, width, channels), encoded)) {
        throw new IllegalStateException(
            "OpenCV could not write a " + height + "x" + width + " PNG");
      }
      byte[] png = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(png);
      return png;
    }
  }

  ImageHeader header() {
    return header;
  }

  /**
   * The pixels.
   *
   * @param channels 1 for grey, 3 for BGR, or the file's own number
   * @param reduction {@link ReducedDecoding#NONE} for all but JPEG
   * @return matrix of this image's size, or of its sides over the divisor, rounded up; it belongs
   *     to the caller's pointer scope
   * @throws UnreadableImageException if the data are damaged or have other channels
   */
  Mat decode(int channels, ReducedDecoding reduction) throws UnreadableImageException {
    long since = System.nanoTime();
    Mat image;
    try {
      header.requireReadableWith(channels);
      image = sound(stored(channels, reduction));
      image = Upright.of(StoredChannels.to(channels, image, header), orientation);
    } catch (DamagedFileException e) {
      throw new UnreadableImageException(e.getMessage());
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      throw new UnreadableImageException("OpenCV: " + message.lines().findFirst().orElse("?"));
    }
    if (image.channels() != channels) {
      throw new UnreadableImageException(
          "its %d channels cannot be read as %d".formatted(image.channels(), channels));
    }
    decodeNanos += System.nanoTime() - since;
    return image;
  }

  /** The same image, unless it is damaged. */
  private Mat sound(Mat image) throws UnreadableImageException {
    if (image.empty()) {
      throw new UnreadableImageException("damaged image data");
    }
    if (header.jpeg() && (header.doubtful() || JpegDamage.endsInGrey(image))) {
      requireSound();
    }
    return image;
  }

  private Mat stored(int channels, ReducedDecoding reduction) throws DamagedFileException {
    if (header.format() == ImageFormat.TIFF) {
      Optional<byte[]> values = TiffSamples.of(file);
      if (values.isPresent()) {
        return OpenCv.inItsOrder(OpenCv.mat(values.get(), header));
      }
    }
    return header.bits() == 8 && (channels == 1 || channels == 3)
        ? OpenCv.decode(file, reduction)
        : OpenCv.decodeAsStored(file);
  }

  /** What decoding has taken so far. */
  public long decodeNanos() {
    return decodeNanos;
  }

  /**
   * The bytes of a file of at most half a GiB.
   *
   * @throws UnreadableImageException if it cannot be read
   */
  public static byte[] bytes(Path path) throws UnreadableImageException {
    try {
      BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
      if (!is.isRegularFile()) {
        throw new UnreadableImageException(
            is.isDirectory() ? "a folder, not a file" : "a device or pipe, not a file");
      }
      requireSize(is.size());
      return Files.readAllBytes(path);
    } catch (UnreadableImageException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new UnreadableImageException("no such file");
    } catch (AccessDeniedException e) {
      throw new UnreadableImageException("no permission to read it");
    } catch (IOException e) {
      throw new UnreadableImageException("cannot be read: " + e.getMessage());
    }
  }

  /**
   * Refuses what is too large to be read.
   *
   * @throws UnreadableImageException above half a GiB
   */
  public static void requireSize(long bytes) throws UnreadableImageException {
    if (bytes > MAX_BYTES) {
      throw new UnreadableImageException(bytes + " bytes, above " + MAX_BYTES);
    }
  }
}
