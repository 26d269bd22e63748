package dev.mto.data.image;

import java.awt.Rectangle;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Damage in the data of a JPEG, which OpenCV decodes without an error: what was cut off becomes
 * grey, what was overwritten becomes noise.
 */
final class JpegDamage {
  private static final String DAMAGE = "Corrupt JPEG data: ";
  private static final byte GREY = (byte) 128;

  private JpegDamage() {}

  /**
   * What libjpeg warns of when it decodes all of the file: the Java runtime's own reader tells it,
   * OpenCV writes it to the console without a name. Takes about half the time of OpenCV's decoding.
   */
  static Optional<String> found(byte[] jpeg) {
    List<String> warnings = new ArrayList<>();
    ImageReader reader = reader();
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg))) {
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(in, true, true);
      ImageReadParam lastPixel = reader.getDefaultReadParam();
      lastPixel.setSourceRegion(
          new Rectangle(reader.getWidth(0) - 1, reader.getHeight(0) - 1, 1, 1));
      reader.readRaster(0, lastPixel);
    } catch (IOException | RuntimeException e) {
      // It reads fewer kinds of JPEG than OpenCV: what it refuses is no sign of damage.
      return damage(warnings);
    } finally {
      reader.dispose();
    }
    return damage(warnings);
  }

  private static Optional<String> damage(List<String> warnings) {
    return warnings.stream()
        .filter(warning -> warning.startsWith(DAMAGE))
        .map(warning -> "damaged JPEG: " + warning.substring(DAMAGE.length()))
        .findFirst();
  }

  /** Others, which may be on the class path, repair a file before libjpeg sees it. */
  private static ImageReader reader() {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("jpeg");
    ImageReader reader = readers.next();
    while (readers.hasNext() && !"java.desktop".equals(reader.getClass().getModule().getName())) {
      reader = readers.next();
    }
    return reader;
  }

  /**
   * Whether the last pixel has the grey of data that are missing; few whole images end so. In a
   * progressive JPEG what is missing is detail, and the file's header shows which scans are.
   */
  static boolean endsInGrey(Mat image) {
    byte[] pixel = new byte[image.channels()];
    image.ptr(image.rows() - 1, image.cols() - 1).get(pixel);
    for (byte value : pixel) {
      if (value != GREY) {
        return false;
      }
    }
    return true;
  }
}
