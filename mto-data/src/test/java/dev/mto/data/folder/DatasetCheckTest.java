package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.Images;
import dev.mto.data.image.EncodedImage;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetCheckTest {
  @TempDir Path root;

  @Test
  void reportsCountsSizesBadFilesAndMoments() {
    Images.write(root.resolve("a/1.png"), EncodedImage.png(new byte[] {0, 0}, 1, 2));
    Images.write(root.resolve("a/2.png"), EncodedImage.png(new byte[] {-1, -1, -1, -1}, 2, 2));
    Images.write(
        root.resolve("b/1.png"), EncodedImage.png(new byte[] {51, 51, 51, 51, 51, 51}, 3, 2));
    Images.write(root.resolve("b/2.png"), new byte[0]);
    DatasetReport report = DatasetCheck.of(ImageFolder.open(root), 1, 2);
    assertThat(report.images()).isEqualTo(4);
    assertThat(report.classes()).containsEntry("a", 2).containsEntry("b", 2);
    assertThat(report.smallest()).isEqualTo(new DatasetReport.Size(1, 2));
    assertThat(report.median()).isEqualTo(new DatasetReport.Size(2, 2));
    assertThat(report.largest()).isEqualTo(new DatasetReport.Size(3, 2));
    assertThat(report.bad())
        .containsExactly(
            new DatasetReport.BadFile(root.resolve("b/2.png").toString(), "empty file"));
    double mean = (4 + 6 * 0.2) / 12;
    assertThat(report.mean().get(0)).isCloseTo(mean, within(1e-12));
    assertThat(report.std().get(0))
        .isCloseTo(Math.sqrt((4 + 6 * 0.04) / 12 - mean * mean), within(1e-12));
  }

  @Test
  void colourMomentsAreInTheOrderRedGreenBlue() {
    Images.resource("palette.png", root);
    DatasetReport report = DatasetCheck.of(ImageFolder.open(root), 3, 1);
    assertThat(report.classes()).isEmpty();
    assertThat(report.mean().get(0)).isCloseTo(110 / 255.0, within(1e-9));
    assertThat(report.mean().get(2)).isCloseTo(140 / 255.0, within(1e-9));
  }

  @Test
  void aFolderOfBadFilesHasNoSizesAndNoMoments() {
    Images.write(root.resolve("1.png"), new byte[0]);
    DatasetReport report = DatasetCheck.of(ImageFolder.open(root), 3, 1);
    assertThat(report.smallest()).isNull();
    assertThat(report.mean()).isEmpty();
  }
}
