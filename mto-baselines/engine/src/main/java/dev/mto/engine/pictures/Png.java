package dev.mto.engine.pictures;

import dev.mto.engine.folder.AtomicFiles;
import java.awt.image.RenderedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** PNG files that are replaced whole or not at all. */
final class Png {
  private Png() {}

  static void write(Path png, RenderedImage image) throws IOException {
    Files.createDirectories(png.toAbsolutePath().getParent());
    AtomicFiles.write(png, temporary -> ImageIO.write(image, "png", temporary.toFile()));
  }
}
