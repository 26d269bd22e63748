package dev.mto.data.image;

import dev.mto.data.pixels.Pixels;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * An image file in memory whose header and structure were checked. JPEG (grey, colour, CMYK) and
 * PNG (any depth, palette, grey, alpha) decode to 8-bit pixels: alpha is dropped, 16-bit samples
 * keep their high byte, CMYK is converted without a colour profile as Pillow does, and EXIF
 * orientation is ignored as torchvision does.
 */
public final class EncodedImage {
  private static final long MAX_BYTES = 1L << 29;

  private final byte[] file;
  private final ImageHeader header;
  private long decodeNanos;

  private EncodedImage(byte[] file, ImageHeader header) {
    this.file = file;
    this.header = header;
  }

  /**
   * Reads a file.
   *
   * @throws UnreadableImageException if the file cannot be read, is cut short or is no image
   */
  public static EncodedImage read(Path path) throws UnreadableImageException {
    byte[] file = bytes(path);
    ImageHeader header = ImageHeader.read(file);
    if (header.components() == 4 && !header.adobe()) {
      throw new UnreadableImageException("CMYK JPEG without Adobe marker, convert it to RGB");
    }
    return new EncodedImage(file, header);
  }

  /**
   * All pixels of a file.
   *
   * @param channels C: 1 for grey, 3 for BGR
   * @return (H, W, C), 8 bits a value
   * @throws UnreadableImageException if the file cannot be read, is damaged or is no image
   */
  @SuppressWarnings("try")
  public static Pixels pixels(Path path, int channels) throws UnreadableImageException {
    try (PointerScope scope = OpenCv.scope()) {
      Mat image = read(path).decode(channels, ReducedDecoding.NONE);
      return new Pixels(OpenCv.pixels(image), image.rows(), image.cols(), channels);
    }
  }

  /**
   * The bytes of a PNG file of an 8-bit image.
   *
   * @param grey [height * width], row by row
   */
  @SuppressWarnings("try")
  public static byte[] png(byte[] grey, int height, int width) {
    try (PointerScope scope = OpenCv.scope()) {
      BytePointer encoded = new BytePointer();
      if (!opencv_imgcodecs.imencode(".png", OpenCv.mat(grey, height, width, 1), encoded)) {
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
   * @param channels 1 for grey, 3 for BGR
   * @param reduction {@link ReducedDecoding#NONE} for all but JPEG
   * @return 8-bit matrix of the header's size, or of its sides over the divisor, rounded up; it
   *     belongs to the caller's pointer scope
   * @throws UnreadableImageException if the data are damaged
   */
  Mat decode(int channels, ReducedDecoding reduction) throws UnreadableImageException {
    long since = System.nanoTime();
    Mat image;
    try {
      image = OpenCv.decode(file, reduction);
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      throw new UnreadableImageException("OpenCV: " + message.lines().findFirst().orElse("?"));
    }
    decodeNanos += System.nanoTime() - since;
    if (image.empty()) {
      throw new UnreadableImageException("damaged image data");
    }
    return channels == 1 ? OpenCv.grey(image) : image;
  }

  /** What decoding has taken so far. */
  public long decodeNanos() {
    return decodeNanos;
  }

  private static byte[] bytes(Path path) throws UnreadableImageException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new UnreadableImageException(
          Files.isDirectory(path) ? "a folder, not a file" : "a device or pipe, not a file");
    }
    try {
      long size = Files.size(path);
      if (size > MAX_BYTES) {
        throw new UnreadableImageException(size + " bytes, above " + MAX_BYTES);
      }
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
}
