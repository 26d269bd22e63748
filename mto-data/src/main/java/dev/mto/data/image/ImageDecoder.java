package dev.mto.data.image;

import java.nio.file.Path;
import org.bytedeco.opencv.opencv_core.Mat;

/** A file to all its 8-bit pixels, as {@link EncodedImage} says. */
public final class ImageDecoder {
  private ImageDecoder() {}

  /**
   * Reads and decodes.
   *
   * @param channels 1 for grey, 3 for BGR
   * @return 8-bit matrix; it belongs to the caller's pointer scope
   * @throws UnreadableImageException if the file cannot be read, is damaged or is no image
   */
  public static Mat decode(Path path, int channels) throws UnreadableImageException {
    return EncodedImage.read(path).decode(channels, ReducedDecoding.NONE);
  }
}
