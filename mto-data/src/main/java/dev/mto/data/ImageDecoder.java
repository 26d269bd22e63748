package dev.mto.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * JPEG (grey, colour, CMYK) and PNG (any depth, palette, grey, alpha) to 8-bit pixels. Alpha is
 * dropped, 16-bit samples keep their high byte, CMYK is converted without a colour profile as
 * Pillow does, and EXIF orientation is ignored as torchvision does.
 */
final class ImageDecoder {
  private static final long MAX_BYTES = 1L << 29;

  private ImageDecoder() {}

  /**
   * @param channels 1 for grey, 3 for BGR
   * @return 8-bit matrix; it belongs to the caller's pointer scope
   * @throws UnreadableImageException if the file cannot be read, is damaged or is no image
   */
  static Mat decode(Path path, int channels) throws UnreadableImageException {
    byte[] file = bytes(path);
    ImageHeader header = ImageHeader.read(file);
    if (header.components() == 4 && !header.adobe()) {
      throw new UnreadableImageException("CMYK JPEG without Adobe marker, convert it to RGB");
    }
    Mat image = decode(file);
    if (image.empty()) {
      throw new UnreadableImageException("damaged image data");
    }
    return channels == 1 ? OpenCv.grey(image) : image;
  }

  private static Mat decode(byte[] file) throws UnreadableImageException {
    try {
      return OpenCv.decode(file);
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      throw new UnreadableImageException("OpenCV: " + message.lines().findFirst().orElse("?"));
    }
  }

  private static byte[] bytes(Path path) throws UnreadableImageException {
    if (Files.isDirectory(path)) {
      throw new UnreadableImageException("a folder, not a file");
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
