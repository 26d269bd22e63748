package dev.mto.bench.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartingPointTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    // images, side -> crop, patch, width, images a step
    "1000, 28, 28, 4, 96, 32",
    "1000, 32, 32, 4, 96, 32",
    "60000, 64, 64, 8, 192, 256",
    "20000, 96, 96, 8, 192, 256",
    "5000, 130, 128, 16, 192, 256",
    "900, 375, 224, 16, 192, 32",
    "40000, 375, 224, 16, 192, 256",
    "100000, 375, 224, 16, 384, 256",
    "1281167, 375, 224, 16, 768, 256",
    "60, 375, 224, 16, 192, 16",
    "3, 5, 16, 4, 96, 2"
  })
  void cropsAndModelsFollowTheSizeAndTheNumberOfImages(
      int images, int side, int crop, int patch, int width, int step) {
    StartingPoint point = StartingPoint.of(images, side);

    assertThat(point.image()).isEqualTo(crop);
    assertThat(point.patch()).isEqualTo(patch);
    assertThat(point.encoder().dim()).isEqualTo(width);
    assertThat(point.imagesPerStep()).isEqualTo(step);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "16, 33", "999, 41", "10000, 97", "50000, 191", "500000, 5000"})
  void whateverTheImagesPatchesFillTheCropAndHeadsTheWidth(int images, int side) {
    StartingPoint point = StartingPoint.of(images, side);

    assertThat(point.image() % point.patch()).isZero();
    assertThat(point.patches()).isBetween(16, 196);
    assertThat(point.encoder().dim() % point.encoder().heads()).isZero();
    assertThat(point.decoder().dim() % point.decoder().heads()).isZero();
    assertThat(point.imagesPerStep()).isBetween(1, images);
  }

  @Test
  void imagesOfARestThatFillsNoStepAreNotCounted() {
    StartingPoint point = StartingPoint.of(1000, 32);

    assertThat(point.imagesInAll(1000)).isEqualTo(400L * 31 * 32);
  }

  @Test
  void validationIsFoundInTheFolderOrBesideTrain() throws IOException {
    Path train = Files.createDirectories(folder.resolve("set/train"));
    Path validation = Files.createDirectories(folder.resolve("set/validation"));
    Path other = Files.createDirectories(folder.resolve("set/photos"));

    assertThat(ImageSplit.of(folder.resolve("set")).train()).isEqualTo(train);
    assertThat(ImageSplit.of(folder.resolve("set")).validation()).contains(validation);
    assertThat(ImageSplit.of(train).validation()).contains(validation);
    assertThat(ImageSplit.of(other).validation()).isEmpty();
  }
}
