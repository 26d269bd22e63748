package dev.mto.engine.pictures;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.pixels.Pixels;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/** An image file as a person sees it, scaled to fit into a square. */
final class Thumbnail {
  private Thumbnail() {}

  /**
   * Reads a file. Of other numbers of channels than one and three, the first three are shown, or
   * the first alone.
   *
   * @param side of the square, pixels
   * @throws UnreadableImageException if it cannot be read
   */
  static BufferedImage of(Path file, Exif exif, int side) throws UnreadableImageException {
    EncodedImage encoded = ImageFolder.read(file, exif);
    int opaque = encoded.channels() - (encoded.alpha() ? 1 : 0);
    boolean usual = opaque == 1 || opaque == 3;
    return scaled(picture(encoded.pixels(usual ? 3 : encoded.channels())), side);
  }

  private static BufferedImage picture(Pixels pixels) {
    BufferedImage picture =
        new BufferedImage(pixels.width(), pixels.height(), BufferedImage.TYPE_INT_RGB);
    int channels = pixels.channels();
    for (int y = 0; y < pixels.height(); y++) {
      for (int x = 0; x < pixels.width(); x++) {
        int at = (y * pixels.width() + x) * channels;
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          int value = pixels.value(at + Pixels.place(channels >= 3 ? c : 0, channels));
          rgb = rgb << 8 | value * 255 / pixels.largest();
        }
        picture.setRGB(x, y, rgb);
      }
    }
    return picture;
  }

  /** Small images keep their pixels as squares, large ones are averaged. */
  private static BufferedImage scaled(BufferedImage picture, int side) {
    int longest = Math.max(picture.getWidth(), picture.getHeight());
    double fitting = (double) side / longest;
    double scale = longest > side ? fitting : Math.floor(fitting);
    int width = (int) Math.max(1, Math.round(picture.getWidth() * scale));
    int height = (int) Math.max(1, Math.round(picture.getHeight() * scale));
    BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scaled.createGraphics();
    graphics.drawImage(
        longest > side
            ? picture.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING)
            : picture,
        0,
        0,
        width,
        height,
        null);
    graphics.dispose();
    return scaled;
  }
}
