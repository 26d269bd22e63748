package dev.mto.data.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.Images;
import dev.mto.data.image.EncodedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxImportTest {
  private static final int ITEMS = 12;

  @TempDir Path folder;

  private Path out;

  @BeforeEach
  void place() {
    out = folder.resolve("out");
  }

  /** Image i is 2x2 with all pixels i + 1; its label is i modulo 2. */
  private static byte[] images(int magic, int items, int height, int width) {
    ByteBuffer bytes = ByteBuffer.allocate(16 + ITEMS * 4);
    bytes.putInt(magic).putInt(items).putInt(height).putInt(width);
    for (int i = 0; i < ITEMS * 4; i++) {
      bytes.put((byte) (i / 4 + 1));
    }
    return bytes.array();
  }

  private static byte[] labels(int magic, int items) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + ITEMS).putInt(magic).putInt(items);
    for (int i = 0; i < ITEMS; i++) {
      bytes.put((byte) (i % 2));
    }
    return bytes.array();
  }

  private static byte[] gzip(byte[] bytes) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    }
    return packed.toByteArray();
  }

  private IdxImport task(byte[] images, byte[] labels, int train, int validation, long seed) {
    return new IdxImport(
        Images.write(folder.resolve("images"), images),
        Images.write(folder.resolve("labels"), labels),
        out,
        train,
        validation,
        4,
        List.of("even", "odd"),
        seed);
  }

  private IdxImport usual(long seed) {
    return task(images(0x803, ITEMS, 2, 2), labels(0x801, ITEMS), 6, 4, seed);
  }

  private static int value(Path png) throws Exception {
    byte[] pixels = EncodedImage.pixels(png, 1).values();
    int value = pixels[5];
    byte[] expected = new byte[16];
    for (int i : new int[] {5, 6, 9, 10}) {
      expected[i] = (byte) value;
    }
    assertThat(pixels).isEqualTo(expected);
    return value;
  }

  private List<Path> written() throws Exception {
    try (Stream<Path> files = Files.walk(out)) {
      return files.filter(Files::isRegularFile).map(out::relativize).sorted().toList();
    }
  }

  private List<Integer> values() throws Exception {
    List<Integer> values = new ArrayList<>();
    for (Path path : written()) {
      values.add(value(out.resolve(path)));
    }
    return values;
  }

  @Test
  void partsAreBalancedDisjointAndPadded() throws Exception {
    usual(1).run();
    assertThat(written().stream().map(Path::toString))
        .containsExactly(
            "train/even/00001.png",
            "train/even/00002.png",
            "train/even/00003.png",
            "train/odd/00001.png",
            "train/odd/00002.png",
            "train/odd/00003.png",
            "val/even/00001.png",
            "val/even/00002.png",
            "val/odd/00001.png",
            "val/odd/00002.png");
    for (Path path : written()) {
      assertThat(value(out.resolve(path)) % 2).isEqualTo(path.toString().contains("even") ? 1 : 0);
    }
    assertThat(values()).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void gzipAndTheSameSeedGiveTheSameFiles() throws Exception {
    usual(1).run();
    byte[] first = Files.readAllBytes(out.resolve("val/odd/00001.png"));
    Path moved = Files.move(out, folder.resolve("moved"));
    task(gzip(images(0x803, ITEMS, 2, 2)), gzip(labels(0x801, ITEMS)), 6, 4, 1).run();
    for (Path path : written()) {
      assertThat(out.resolve(path)).hasSameBinaryContentAs(moved.resolve(path));
    }
    assertThat(first).isNotEmpty();
  }

  @Test
  void anotherSeedDrawsOtherImages() throws Exception {
    Set<List<Integer>> drawn = new HashSet<>();
    for (long seed = 1; seed < 6; seed++) {
      usual(seed).run();
      drawn.add(values());
      Files.move(out, folder.resolve("seed" + seed));
    }
    assertThat(drawn).hasSizeGreaterThan(1);
  }

  @Test
  void hostileHeadersAreRefusedAndLeaveNothing() throws Exception {
    byte[] good = labels(0x801, ITEMS);
    refused(images(0x802, ITEMS, 2, 2), good, "starts with 0x00000802");
    refused(images(0x803, ITEMS, 2, Integer.MAX_VALUE), good, "2147483647 pixels a side");
    refused(images(0x803, ITEMS, 2, 0), good, "0 pixels a side");
    refused(images(0x803, ITEMS, 5, 2), good, "do not fit into 4");
    refused(images(0x803, ITEMS, 2, 3), good, "ends before the 12 items");
    refused(images(0x803, ITEMS, 2, 1), good, "goes on after the 12 items");
    refused(images(0x803, ITEMS - 1, 2, 2), good, "declares 11 images");
    refused(Arrays.copyOf(images(0x803, ITEMS, 2, 2), 10), good, "ends within its IDX header");
    byte[] image = images(0x803, ITEMS, 2, 2);
    refused(image, labels(0x803, ITEMS), "starts with 0x00000803");
    refused(image, labels(0x801, 100), "ends before the 100 items");
    refused(image, labels(0x801, -1), "4294967295 items");
    refused(image, labels(0x801, 5), "goes on after the 5 items");
    byte[] wild = labels(0x801, ITEMS);
    wild[9] = 7;
    refused(image, wild, "has label 7");
    byte[] packed = gzip(image);
    refused(Arrays.copyOf(packed, packed.length - 12), good, "is damaged");
  }

  private void refused(byte[] images, byte[] labels, String message) throws Exception {
    IdxImport task = task(images, labels, 2, 2, 1);
    assertThatThrownBy(task::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("images", "labels");
    }
  }

  @Test
  void validationImagesAloneCanBeImported() throws Exception {
    task(images(0x803, ITEMS, 2, 2), labels(0x801, ITEMS), 0, 4, 1).run();
    assertThat(out.resolve("train")).doesNotExist();
    assertThat(out.resolve("val/even")).isDirectory();
    assertThatThrownBy(() -> task(images(0x803, ITEMS, 2, 2), labels(0x801, ITEMS), 0, 0, 1))
        .hasMessageContaining("no images are asked for");
  }

  @Test
  void aFilledOutputFolderIsKept() {
    Path kept = Images.write(out.resolve("mine.txt"), new byte[] {1});
    assertThatThrownBy(() -> usual(1).run()).hasMessageContaining("not an empty folder");
    assertThat(kept).exists();
  }

  @Test
  void aClassWithTooFewImagesIsNamed() {
    assertThatThrownBy(() -> task(images(0x803, ITEMS, 2, 2), labels(0x801, ITEMS), 10, 4, 1).run())
        .hasMessageContaining("6 images of even but 7 are asked for");
  }

  @Test
  void classNamesThatLeaveTheFolderAreRefused() {
    Path any = folder.resolve("x");
    for (String name : List.of("../up", "a/b", "", "..", ".hidden")) {
      assertThatThrownBy(() -> new IdxImport(any, any, out, 1, 0, 4, List.of(name), 1))
          .hasMessageContaining("cannot be a folder");
    }
    assertThatThrownBy(() -> new IdxImport(any, any, out, 3, 0, 4, List.of("a", "b"), 1))
        .hasMessageContaining("multiple of the 2 classes");
  }
}
