package dev.mto.bench;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Labelled images that are easy to tell apart: each class has a colour, under noise. */
public final class ColouredImages {
  private static final int SIDE = 40;
  private static final int[][] COLOURS = {{200, 60, 60}, {60, 200, 60}, {60, 60, 200}};

  private ColouredImages() {}

  /** Writes {@code perClass} images of three classes, as ImageNet's folders are. */
  public static Path write(Path folder, int perClass, long seed) throws IOException {
    Random random = new Random(seed);
    for (int label = 0; label < COLOURS.length; label++) {
      Path of = Files.createDirectories(folder.resolve("class" + label));
      for (int i = 0; i < perClass; i++) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIDE; y++) {
          for (int x = 0; x < SIDE; x++) {
            int rgb = 0;
            for (int channel : COLOURS[label]) {
              rgb =
                  rgb << 8
                      | Math.max(0, Math.min(255, channel + (int) (random.nextGaussian() * 40)));
            }
            image.setRGB(x, y, rgb);
          }
        }
        ImageIO.write(image, "png", of.resolve(i + ".png").toFile());
      }
    }
    return folder;
  }
}
