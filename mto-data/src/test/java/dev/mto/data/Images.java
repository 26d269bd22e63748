package dev.mto.data;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.random.RandomStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** Image files for tests. */
public final class Images {
  private Images() {}

  /** A grey PNG of seeded noise. */
  static Path noise(Path file, int height, int width, long seed) {
    byte[] pixels = new byte[height * width];
    RandomGenerator random = RandomStream.of(seed, "noise");
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) random.nextInt(256);
    }
    return write(file, EncodedImage.png(pixels, height, width));
  }

  /** Two classes of small noise images, alternating in nothing but their names. */
  public static ImageFolder folder(Path root, int images) {
    for (int i = 0; i < images; i++) {
      String name = (i % 2 == 0 ? "cat" : "dog") + "/" + String.format("%03d.png", i);
      noise(root.resolve(name), 20 + i % 5, 24, i);
    }
    return ImageFolder.open(root);
  }

  public static Path resource(String name, Path folder) {
    try (InputStream in = Images.class.getResourceAsStream(name)) {
      return write(folder.resolve(name), in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path write(Path file, byte[] bytes) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
