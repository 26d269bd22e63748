package dev.mto.speed.step;

import dev.mto.data.random.RandomStream;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;

/** Images of uniform noise, the same ones every time. */
final class NoiseImages {
  private static final long SEED = 1;

  private NoiseImages() {}

  /** Writes {@code count} square PNG images of {@code side} pixels into a folder. */
  static void write(Path folder, int count, int side) throws IOException {
    for (int i = 0; i < count; i++) {
      RandomGenerator random = RandomStream.of(SEED, "noise_image", i);
      BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < side * side; pixel++) {
        image.setRGB(pixel % side, pixel / side, random.nextInt());
      }
      ImageIO.write(image, "png", folder.resolve(String.format("%04d.png", i)).toFile());
    }
  }
}
