package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.Images;
import dev.mto.data.image.EncodedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarImportTest {
  private static final int PLANE = 32 * 32;

  @TempDir private Path folder;
  private Path source;
  private Path out;

  @BeforeEach
  void place() throws IOException {
    source = Files.createDirectory(folder.resolve("source"));
    out = folder.resolve("out");
  }

  /**
   * Records numbered from {@code first}: labels, then red i, green 2i and blue 3i but for the pixel
   * in row 1, column 2, whose red is 250.
   */
  private static byte[] records(int first, int count, int... moduli) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = first; i < first + count; i++) {
      for (int modulus : moduli) {
        bytes.write(i % modulus);
      }
      for (int c = 0; c < 3; c++) {
        byte[] plane = new byte[PLANE];
        Arrays.fill(plane, (byte) ((c + 1) * i));
        plane[34] = c == 0 ? (byte) 250 : plane[34];
        bytes.writeBytes(plane);
      }
    }
    return bytes.toByteArray();
  }

  private void text(String name, String... lines) {
    Images.write(source.resolve(name), String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  private void cifar10() {
    for (int batch = 1; batch <= 5; batch++) {
      Images.write(source.resolve("data_batch_" + batch + ".bin"), records(4 * batch - 4, 4, 2));
    }
    Images.write(source.resolve("test_batch.bin"), records(20, 4, 2));
    text("batches.meta.txt", "airplane", "automobile", "", "");
  }

  private void cifar100() {
    Images.write(source.resolve("train.bin"), records(0, 6, 2, 3));
    Images.write(source.resolve("test.bin"), records(6, 3, 2, 3));
    text("fine_label_names.txt", "apple", "aquarium_fish", "baby", "");
    text("coarse_label_names.txt", "fruit", "other");
  }

  private CifarImport task(Path from, int validation, boolean coarse) {
    return new CifarImport(from, out, validation, coarse, 1, line -> {});
  }

  private List<String> written() throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> out.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private void assertRecord(String file, int record) throws Exception {
    byte[] pixels = EncodedImage.pixels(out.resolve(file), 3).values();
    assertThat(pixels).hasSize(3 * PLANE);
    assertThat(Arrays.copyOf(pixels, 3))
        .containsExactly((byte) (3 * record), (byte) (2 * record), (byte) record);
    assertThat(Arrays.copyOfRange(pixels, 34 * 3, 35 * 3))
        .containsExactly((byte) (3 * record), (byte) (2 * record), (byte) 250);
  }

  @Test
  void theBatchesOfCifar10AreOneFolderAndEveryPixelIsInItsPlace() throws Exception {
    cifar10();
    task(source, 0, false).run();
    assertThat(written()).hasSize(24).allMatch(name -> !name.startsWith("validation"));
    assertThat(written()).contains("train/airplane/00018.png", "test/automobile/00003.png");
    assertRecord("train/airplane/00018.png", 18);
    assertRecord("test/automobile/00003.png", 23);
  }

  @Test
  void validationImagesAreTrainingImagesThatTrainHasNoMore() throws Exception {
    cifar10();
    task(source, 6, false).run();
    List<String> files = written();
    assertThat(files.stream().filter(name -> name.startsWith("validation/airplane"))).hasSize(3);
    assertThat(files.stream().filter(name -> name.startsWith("validation/auto"))).hasSize(3);
    assertThat(files.stream().filter(name -> name.startsWith("train"))).hasSize(14);
    assertThat(
            files.stream()
                .filter(name -> !name.startsWith("test"))
                .map(name -> name.replaceFirst("^[a-z]+/", "")))
        .hasSize(20)
        .doesNotHaveDuplicates();
  }

  @Test
  void cifar100HasFineOrCoarseClasses() throws Exception {
    cifar100();
    task(source, 0, false).run();
    assertThat(written()).contains("train/baby/00005.png", "test/apple/00000.png");
    assertRecord("train/baby/00005.png", 5);
    Files.move(out, folder.resolve("fine"));
    task(source, 0, true).run();
    assertThat(written()).contains("train/other/00005.png", "test/fruit/00000.png");
  }

  @Test
  void anArchiveGivesTheSameFiles() throws Exception {
    cifar10();
    task(source, 2, false).run();
    Path expected = Files.move(out, folder.resolve("expected"));
    Path archive = archive();
    task(archive, 2, false).run();
    assertThat(written()).hasSize(24);
    for (String name : written()) {
      assertThat(out.resolve(name)).hasSameBinaryContentAs(expected.resolve(name));
    }
    Files.move(out, folder.resolve("moved"));
    byte[] whole = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(task(archive, 0, false)::run).hasMessageContaining("is no whole .tar.gz");
    assertThat(out).doesNotExist();
  }

  private Path archive() throws IOException {
    Path archive = folder.resolve("cifar-10-binary.tar.gz");
    try (OutputStream file = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(file));
        Stream<Path> files = Files.list(source)) {
      for (Path each : files.toList()) {
        tar.putArchiveEntry(
            new TarArchiveEntry(each.toFile(), "cifar-10-batches-bin/" + each.getFileName()));
        Files.copy(each, tar);
        tar.closeArchiveEntry();
      }
    }
    return archive;
  }

  @Test
  void wrongFilesAreNamedWithWhatIsExpectedAndLeaveNothing() {
    cifar10();
    Images.write(source.resolve("data_batch_3.bin"), new byte[3072]);
    refused(
        source, 0, false, "data_batch_3.bin has 3072 bytes but CIFAR-10 needs a multiple of 3073");
    Images.write(source.resolve("data_batch_3.bin"), records(0, 4, 3));
    refused(source, 0, false, "data_batch_3.bin has label 2 but batches.meta.txt names 2 classes");
    refused(source, 0, true, "only CIFAR-100 has coarse classes");
    Images.write(source.resolve("data_batch_3.bin"), records(0, 4, 2));
    refused(source, 5, false, "5 but must be a multiple of the 2 classes");
    refused(source, 20, false, "10 training images of airplane but 10 are asked");
    source.resolve("test_batch.bin").toFile().delete();
    refused(
        source, 0, false, "has no test_batch.bin, which belongs to the binary version of CIFAR-10");
    refused(folder, 0, false, "neither data_batch_1.bin nor train.bin");
    refused(folder.resolve("none"), 0, false, "does not exist");
    cifar100();
    Images.write(source.resolve("test.bin"), new byte[3073]);
    refused(source, 0, false, "test.bin has 3073 bytes but CIFAR-100 needs a multiple of 3074");
  }

  private void refused(Path from, int validation, boolean coarse, String message) {
    assertThatThrownBy(task(from, validation, coarse)::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("out.partial")).doesNotExist();
  }
}
