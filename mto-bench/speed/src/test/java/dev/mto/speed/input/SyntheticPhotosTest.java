package dev.mto.speed.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticPhotosTest {
  @TempDir private Path folder;

  @Test
  void theSameSeedGivesTheSameBytesAndEveryPhotoIsAnother() throws Exception {
    SyntheticPhotos photos = new SyntheticPhotos(48, 64, 90);
    Path first = Files.createDirectory(folder.resolve("first"));
    Path again = Files.createDirectory(folder.resolve("again"));
    Path other = Files.createDirectory(folder.resolve("other"));
    photos.write(first, 2, 1);
    photos.write(again, 2, 1);
    photos.write(other, 1, 2);
    assertThat(again.resolve("0001.jpg")).hasSameBinaryContentAs(first.resolve("0001.jpg"));
    assertThat(Files.mismatch(first.resolve("0000.jpg"), first.resolve("0001.jpg")))
        .isNotEqualTo(-1);
    assertThat(Files.mismatch(first.resolve("0000.jpg"), other.resolve("0000.jpg")))
        .isNotEqualTo(-1);
  }

  @Test
  void aPhotoHasTheSizeAndTheBytesOfOneOfImageNet() throws Exception {
    SyntheticPhotos.likeImageNet().write(folder, 2, 1);
    BufferedImage image = ImageIO.read(folder.resolve("0000.jpg").toFile());
    assertThat(image.getWidth()).isEqualTo(500);
    assertThat(image.getHeight()).isEqualTo(375);
    // ImageNet-1K: 138 GB in 1,281,167 training images
    assertThat(Files.size(folder.resolve("0000.jpg"))).isBetween(80_000L, 140_000L);
  }

  /** Green, as ImageIO gives it, averaged over squares of {@code side} pixels. */
  private static double variance(BufferedImage image, int side) {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (int y = 0; y + side <= image.getHeight(); y += side) {
      for (int x = 0; x + side <= image.getWidth(); x += side) {
        double mean = 0;
        for (int i = 0; i < side * side; i++) {
          mean += (image.getRGB(x + i % side, y + i / side) >> 8 & 0xFF) / (double) (side * side);
        }
        sum += mean;
        squares += mean * mean;
        count++;
      }
    }
    return squares / count - sum / count * (sum / count);
  }

  @Test
  void contrastFallsSlowlyWithScaleAsInNaturalImages() throws Exception {
    SyntheticPhotos.likeImageNet().write(folder, 1, 1);
    BufferedImage image = ImageIO.read(folder.resolve("0000.jpg").toFile());
    double fine = variance(image, 1);
    double coarse = variance(image, 16);
    // white noise would keep 1 / 256 of its variance, a 1 / f image about half
    assertThat(coarse / fine).isBetween(0.2, 0.9);
  }

  @Test
  void sizesAndQualitiesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new SyntheticPhotos(8, 100, 90)).hasMessageContaining("100x8");
    assertThatThrownBy(() -> new SyntheticPhotos(100, 100, 101)).hasMessageContaining("quality");
  }
}
