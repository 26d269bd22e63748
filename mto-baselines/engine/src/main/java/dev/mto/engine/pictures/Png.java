package dev.mto.engine.pictures;

import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.ImageIO;

/** PNG files that are replaced whole or not at all. */
final class Png {
  private Png() {}

  static void write(Path png, RenderedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    Path temporary = png.resolveSibling(png.getFileName() + ".tmp");
    Files.createDirectories(png.toAbsolutePath().getParent());
    try {
      Files.write(temporary, bytes.toByteArray());
      Files.move(
          temporary, png, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
