package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.Images;
import dev.mto.data.format.ImageFormat;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Pictures;
import dev.mto.data.pixels.Pixels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
  void reportsHowImagesAreStoredAndWhatIsLeftOut() {
    byte[] sixteen = {0, 0, 0, 0};
    ByteBuffer.wrap(sixteen).order(ByteOrder.nativeOrder()).putShort(2, (short) 4059);
    Pictures.file(root.resolve("a/1.png"), ".png", new Pixels(sixteen, 1, 2, 1, 16));
    Pictures.file(root.resolve("a/2.png"), ".png", new Pixels(new byte[] {0, 0, 0, -1}, 1, 1, 4));
    Images.write(root.resolve("a/1.txt"), new byte[1]);
    DatasetReport report = DatasetCheck.of(ImageFolder.open(root), 3, 2);
    StoredImages stored = report.stored();
    assertThat(stored.formats()).containsExactly(entry(ImageFormat.PNG, 2));
    assertThat(stored.channels()).containsExactly(entry(1, 1), entry(4, 1));
    assertThat(stored.alpha()).isEqualTo(1);
    assertThat(stored.bits())
        .containsExactly(
            entry(8, new StoredImages.Range(1, 0, 0)),
            entry(16, new StoredImages.Range(1, 0, 4059)));
    assertThat(report.leftOut().line()).isEqualTo("1 .txt");
    assertThat(report.mean().get(0)).isCloseTo(4059 / 65535.0 / 3, within(1e-12));
  }

  @Test
  void namesDamageThatReadingLetsPass() throws Exception {
    byte[] jpeg = Files.readAllBytes(Images.resource("rgb.jpg", root));
    byte[] damaged = Arrays.copyOf(jpeg, jpeg.length + 30);
    Arrays.fill(damaged, jpeg.length - 2, damaged.length - 2, (byte) 0x55);
    damaged[damaged.length - 2] = -1;
    damaged[damaged.length - 1] = (byte) 0xD9;
    Images.write(root.resolve("damaged.jpg"), damaged);
    EncodedImage.pixels(root.resolve("damaged.jpg"), 3);
    DatasetReport report = DatasetCheck.of(ImageFolder.open(root), 3, 1);
    assertThat(report.bad()).hasSize(1);
    assertThat(report.bad().get(0).reason())
        .startsWith("damaged JPEG: ")
        .endsWith("extraneous bytes before marker 0xd9");
  }

  @Test
  void aFolderOfBadFilesHasNoSizesAndNoMoments() {
    Images.write(root.resolve("1.png"), new byte[0]);
    DatasetReport report = DatasetCheck.of(ImageFolder.open(root), 3, 1);
    assertThat(report.smallest()).isNull();
    assertThat(report.mean()).isEmpty();
  }
}
