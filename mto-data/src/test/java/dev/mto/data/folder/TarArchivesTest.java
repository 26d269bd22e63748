package dev.mto.data.folder;

import static dev.mto.data.folder.TarFiles.add;
import static dev.mto.data.folder.TarFiles.addAll;
import static dev.mto.data.folder.TarFiles.assertRefused;
import static dev.mto.data.folder.TarFiles.assertSame;
import static dev.mto.data.folder.TarFiles.bytes;
import static dev.mto.data.folder.TarFiles.image;
import static dev.mto.data.folder.TarFiles.pixels;
import static dev.mto.data.folder.TarFiles.pixelsOf;
import static dev.mto.data.folder.TarFiles.relative;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.mto.data.folder.TarFiles.Filling;
import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images in tar archives against the same images unpacked. */
class TarArchivesTest {
  private static final String LONG = "long/" + "x".repeat(150) + "/" + "y".repeat(120) + ".png";

  private static final List<MemoryPoolMXBean> HEAP =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .toList();

  @TempDir private Path root;
  private Path folder;

  @BeforeEach
  void unpacked() throws IOException {
    folder = root.resolve("unpacked");
    for (String name :
        List.of("b/2.png", "b/10.png", "a-z/1.png", "a/é 1.png", "a/deep/3.png", "a/" + LONG)) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, image(name));
    }
    Files.writeString(folder.resolve("a/notes.txt"), "left out");
    Files.write(folder.resolve("b/._2.png"), image("hidden"));
  }

  @ParameterizedTest
  @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX})
  void anArchiveIsReadAsTheFolderThatWasPacked(int longNames) throws Exception {
    Path tar = write("train.tar", out -> addAll(out, folder, "./", longNames));

    assertSame(ImageFolder.open(tar), ImageFolder.open(folder));
    assertSame(ImageFolder.atAnyDepth(tar), ImageFolder.atAnyDepth(folder));
    assertSame(ImageFolder.open(tar).evenly(4), ImageFolder.open(folder).evenly(4));
    List<String> others = List.of("0", "b", "a-z", "a");
    assertSame(ImageFolder.open(tar).inClasses(others), ImageFolder.open(folder).inClasses(others));
    assertThat(ImageFolder.open(tar).leftOut().byEnding()).containsExactly(entry(".txt", 1));
    assertThat(ImageFolder.open(tar).leftOut().hidden()).isEqualTo(1);
  }

  @Test
  void archivesInAnArchiveAreClassFolders() throws Exception {
    Path tar =
        write(
            "ILSVRC2012_img_train.tar",
            all -> {
              for (String group : List.of("b", "a", "a-z")) {
                add(all, group + ".tar", bytes(one -> addAll(one, folder.resolve(group), "", 2)));
              }
            });

    assertSame(ImageFolder.open(tar), ImageFolder.open(folder));
  }

  @Test
  void aRangeAndAFolderOfArchivesAreTheImagesOfAll() throws Exception {
    Path shards = Files.createDirectories(root.resolve("shards"));
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (int i = 0; i < 3; i++) {
      int shard = i;
      write(
          "shards/train-%03d.tar".formatted(i),
          tar -> {
            for (int j = shard; j < files.size(); j += 3) {
              String name = folder.relativize(files.get(j)).toString();
              add(tar, name, Files.readAllBytes(files.get(j)));
            }
          });
    }

    assertSame(ImageFolder.open(shards.resolve("train-{000..002}.tar")), ImageFolder.open(folder));
    Locale usual = Locale.getDefault();
    try { // whose digits are others
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertThat(ImageFolder.open(shards.resolve("train-{000..002}.tar")).size()).isPositive();
    } finally {
      Locale.setDefault(usual);
    }
    assertSame(ImageFolder.open(shards), ImageFolder.open(folder));
    assertRefused(shards.resolve("train-{000..003}.tar"), "train-003.tar does not exist");
    assertThat(shards.resolve("shards.index")).exists();
    assertThat(shards.resolve("train-{000..002}.tar.index")).as("one for each range").exists();
  }

  @Test
  void aClassBesideAnImageNamesItsClassAndKeysMayComeAgainInAnotherArchive() throws Exception {
    Path shards = Files.createDirectories(root.resolve("web"));
    for (int i = 0; i < 2; i++) {
      int shard = i;
      write(
          "web/%d.tar".formatted(i),
          tar -> {
            for (int key = 0; key < 3; key++) {
              String name = "%06d".formatted(key);
              add(tar, name + ".json", "{}".getBytes(UTF_8));
              add(tar, name + ".jpg", image(shard + " " + key));
              add(tar, name + ".cls", ((key + shard) % 2 * 10 + "\n").getBytes(UTF_8));
            }
          });
    }

    ImageFolder images = ImageFolder.open(shards);

    assertThat(images.classes()).containsExactly("0", "10");
    assertThat(images.size()).isEqualTo(6);
    assertThat(IntStream.range(0, 6).map(images::label)).containsExactly(0, 0, 0, 1, 1, 1);
    assertThat(relative(images))
        .containsExactly(
            "0/000000.jpg",
            "0/000001.jpg",
            "0/000002.jpg",
            "10/000000.jpg",
            "10/000001.jpg",
            "10/000002.jpg");
    assertThat(pixelsOf(images, 0)).isEqualTo(pixels("0 0"));
    assertThat(pixelsOf(images, 1)).isEqualTo(pixels("1 1"));
    assertThat(pixelsOf(images, 3)).isEqualTo(pixels("1 0"));
    assertThat(images.leftOut().byEnding()).containsExactly(entry(".json", 6));
  }

  /** As ImageNet's validation images and Kaggle's list of them. */
  @Test
  void aListBesideAFlatArchiveOrFolderNamesTheClasses() throws Exception {
    Path flat = Files.createDirectories(root.resolve("flat"));
    for (int i = 1; i <= 3; i++) {
      Files.write(flat.resolve("val_%d.JPEG".formatted(i)), image("flat " + i));
    }
    Path tar = write("flat.tar", out -> addAll(out, flat, "", 2));
    String list =
        "ImageId,PredictionString\nval_2,n02 1 2 3 4 n02 5 6 7 8\nval_1,n10 1 2 3 4\nval_3,n02 1 1 1 1\n";
    Files.writeString(root.resolve("flat.tar.classes"), list);
    Files.writeString(root.resolve("flat.classes"), "val_1.JPEG n10\nval_2.JPEG\tn02\nval_3 n02\n");

    ImageFolder images = ImageFolder.open(tar);

    assertThat(images.classes()).containsExactly("n02", "n10");
    assertThat(IntStream.range(0, 3).map(images::label)).containsExactly(1, 0, 0);
    assertThat(relative(images)).containsExactly("val_1.JPEG", "val_2.JPEG", "val_3.JPEG");
    assertSame(images, ImageFolder.open(flat));
    assertThat(IntStream.range(0, 2).map(images.evenly(2).inClasses(List.of("n10", "n02"))::label))
        .containsExactly(0, 1);
    Files.writeString(root.resolve("flat.tar.classes"), list.replace("val_3,n02", "val_3,n10"));
    assertThat(ImageFolder.open(tar).identity()).isNotEqualTo(images.identity());
    Files.writeString(root.resolve("flat.tar.classes"), list.replace("val_3,", "val_4,"));
    assertRefused(tar, "flat.tar.classes", "does not name a class for", "val_3.JPEG");
    Files.writeString(root.resolve("flat.tar.classes"), "490\n361\n171\n");
    assertRefused(
        tar,
        "flat.tar.classes, line 1: '490' is no name of an image and its class",
        "flat.tar.synsets",
        "ILSVRC2012_ID");
    Files.writeString(root.resolve("flat.tar.classes"), "val_1 n01\nval_1 n02\n");
    assertRefused(tar, "flat.tar.classes, line 2: val_1 is of class n01 before");
  }

  /** As in ImageNet's development kit, whose numbers follow no alphabet. */
  @Test
  void aListOfNumbersNamesClassesByTheListOfThose() throws Exception {
    Path tar =
        write(
            "val.tar",
            out -> {
              for (int i : new int[] {3, 1, 4, 2}) {
                add(out, "ILSVRC2012_val_%08d.JPEG".formatted(i), image("numbered " + i));
              }
              link(out, "ILSVRC2012_val_00000005.JPEG", "elsewhere", TarConstants.LF_SYMLINK);
            });
    Path numbers = Files.writeString(root.resolve("val.tar.classes"), "3\n1\n2\n3\n");
    Path synsets =
        Files.writeString(root.resolve("val.tar.synsets"), "n02119789\nn02100735\nn02110185\n");

    ImageFolder images = ImageFolder.open(tar);

    assertThat(images.classes()).containsExactly("n02100735", "n02110185", "n02119789");
    assertThat(IntStream.range(0, 4).map(images::label)).containsExactly(1, 2, 0, 1);
    assertThat(images.bad()).hasSize(1);
    Files.writeString(numbers, "3\n1\n2\n");
    assertRefused(tar, "val.tar.classes has 3 numbers for 4 images");
    Files.writeString(numbers, "3\n1\n4\n3\n");
    assertRefused(tar, "val.tar.classes, line 3: there is no class 4 in", "which has 3");
    Files.writeString(numbers, "3\n1\nval_3 n02\n");
    assertRefused(tar, "val.tar.classes, line 3: 'val_3 n02' is no number");
    Files.writeString(numbers, "3\n1\n2\n3\n");
    Files.writeString(synsets, "n02100735\nn02110185\nn02119789\n");
    assertRefused(tar, "val.tar.synsets: its classes are in the order of the alphabet");
    Files.writeString(synsets, "n02119789\nn02100735\nn02119789\n");
    assertRefused(tar, "val.tar.synsets, line 3: 'n02119789' is no class, or one that is there");
    Files.writeString(synsets, "n02119789\nn02100735\nn02110185\n");
    write("val.tar", out -> add(out, "ILSVRC2012_val_00000002.JPEG", image("2")));
    Files.writeString(numbers, "3\n");
    assertRefused(tar, "line 1: is of image 1, but", "have ILSVRC2012_val_00000002.JPEG there");
  }

  @Test
  void classesBesideSomeImagesAloneAreRefused() throws IOException {
    Path tar =
        write(
            "some.tar",
            out -> {
              add(out, "1.jpg", image("1"));
              add(out, "1.cls", "7".getBytes(UTF_8));
              add(out, "2.jpg", image("2"));
            });
    assertRefused(tar, "only 1 of 2 images have a .cls beside them");
  }

  @Test
  void linksNamesThatLeadOutsideAndOlderMembersAreLeftOut() throws Exception {
    Path tar =
        write(
            "hostile.tar",
            out -> {
              add(out, "a/1.png", image("old"));
              add(out, "../a/2.png", image("outside"));
              add(out, "a/../../3.png", image("outside"));
              link(out, "a/4.png", "/etc/passwd", TarConstants.LF_SYMLINK);
              link(out, "a/5.png", "a/1.png", TarConstants.LF_LINK);
              link(out, "a/6.png", "", TarConstants.LF_FIFO);
              link(out, "a/LICENSE.txt", "/usr/LICENSE", TarConstants.LF_SYMLINK);
              absolute(out, "/a/7.png");
              add(out, "a/1.png", image("new"));
            });

    ImageFolder images = ImageFolder.open(tar);

    assertThat(relative(images)).containsExactly("a/1.png");
    assertThat(pixelsOf(images, 0)).isEqualTo(pixels("new"));
    assertThat(images.leftOut().byEnding())
        .containsExactly(
            entry("link", 3),
            entry("name outside of the archive", 3),
            entry("older member of the same name", 1),
            entry("special member", 1));
    assertThat(images.bad())
        .extracting(DatasetReport.BadFile::path, DatasetReport.BadFile::reason)
        .containsExactly(
            tuple(tar + "/../a/2.png", "its name leads out of the archive"),
            tuple(tar + "/a/../../3.png", "its name leads out of the archive"),
            tuple(tar + "/a/4.png", "is a link"),
            tuple(tar + "/a/5.png", "is a link"),
            tuple(tar + "/a/6.png", "is no ordinary file"),
            tuple(tar + "//a/7.png", "its name leads out of the archive"),
            tuple(tar + "/a/1.png (at byte 512)", "a later member has the same name"));
    assertThat(ImageFolder.open(tar).bad()).as("by the index").isEqualTo(images.bad());
    assertThat(images.leftOutLine().orElseThrow())
        .startsWith("left out: 3 link, 3 name outside of the archive, ")
        .contains(
            "; 7 count as unreadable images, the first being " + tar + "/../a/2.png: its name");
  }

  @Test
  void anArchiveThatIsCutShortKeepsWhatIsWholeAndTellsTheRest() throws Exception {
    Path tar =
        write(
            "cut.tar",
            out -> {
              for (int i = 0; i < 4; i++) {
                add(out, "a/%d.png".formatted(i), image("cut " + i));
              }
            });
    long third = 2 * (512 + (image("cut 0").length + 511) / 512 * 512L);
    try (var channel = Files.newByteChannel(tar, StandardOpenOption.WRITE)) {
      channel.truncate(third + 512 + 100);
    }

    ImageFolder images = ImageFolder.open(tar);

    assertThat(images.size()).isEqualTo(3);
    assertThat(pixelsOf(images, 1)).isEqualTo(pixels("cut 1"));
    assertThatThrownBy(() -> images.read(2, Exif.APPLY))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("cut short");
    assertThat(images.leftOut().byEnding()).containsExactly(entry("end of a damaged archive", 1));
  }

  @Test
  void whatIsNoArchiveIsRefusedInOneLine() throws IOException {
    Path text = Files.writeString(root.resolve("text.tar"), "not an archive ".repeat(100));
    Path empty = Files.createFile(root.resolve("empty.tar"));
    Path packed = Files.createFile(root.resolve("train.tar.gz"));
    Path words = write("words.tar", out -> add(out, "a/1.txt", new byte[3]));
    Path both =
        write(
            "both.tar",
            out -> {
              add(out, "1.png", image("1"));
              add(out, "a/1.png", image("2"));
            });

    assertRefused(text, "is no tar archive");
    assertRefused(empty, "holds no image");
    assertRefused(packed, "is compressed");
    assertRefused(root.resolve("none.tar.gz"), "none.tar.gz does not exist");
    assertRefused(words, "holds no image", "1 .txt");
    assertRefused(both, "holds images both directly and in a");
  }

  @Test
  void theIndexIsKeptAndMadeAnewWhenAnArchiveOrItChanges() throws Exception {
    Path tar = write("train.tar", out -> add(out, "a/1.png", image("1")));
    Path kept = root.resolve("train.tar.index");
    ImageFolder.open(tar);
    FileTime longAgo = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(kept, longAgo);

    ImageFolder.open(tar);
    assertThat(Files.getLastModifiedTime(kept)).as("read again").isEqualTo(longAgo);

    byte[] bytes = Files.readAllBytes(kept);
    bytes[bytes.length - 3] ^= 1; // of a name
    Files.write(kept, bytes);
    assertThat(relative(ImageFolder.open(tar))).containsExactly("a/1.png");
    assertThat(Files.readAllBytes(kept)).as("mended").isNotEqualTo(bytes);

    byte[] forged = Files.readAllBytes(kept);
    int shard = forged.length - "1.png".length() - 2 * Integer.BYTES - 4 * Integer.BYTES;
    forged[shard + Integer.BYTES - 1] = 7; // an archive that is not there, under a right checksum
    int begin = "MTO tar 4\n".length();
    byte[] content = Arrays.copyOfRange(forged, begin + 32, forged.length);
    System.arraycopy(DigestUtils.sha256(content), 0, forged, begin, 32);
    Files.write(kept, forged);
    assertThat(pixelsOf(ImageFolder.open(tar), 0)).isEqualTo(pixels("1"));
    assertThat(Files.readAllBytes(kept)).as("mended").isNotEqualTo(forged);

    write(
        "train.tar",
        out -> {
          add(out, "a/1.png", image("1"));
          add(out, "b/1.png", image("2"));
        });
    assertThat(relative(ImageFolder.open(tar))).containsExactly("a/1.png", "b/1.png");
    try (Stream<Path> all = Files.list(root)) {
      assertThat(all).noneMatch(file -> file.toString().endsWith(".tmp"));
    }
  }

  @Test
  void whereNothingCanBeKeptBesideTheArchiveTheUsersCacheHasTheIndex() throws Exception {
    Path tar = write("train.tar", out -> addAll(out, folder, "", 2));
    Files.createDirectories(root.resolve("train.tar.index/in the way"));
    String home = System.getProperty("user.home");
    System.setProperty("user.home", root.toString());
    try {
      assertSame(ImageFolder.open(tar), ImageFolder.open(folder));
      if (System.getenv("XDG_CACHE_HOME") == null) {
        assertThat(root.resolve(".cache/mto/index")).isNotEmptyDirectory();
      }
      assertSame(ImageFolder.open(tar), ImageFolder.open(folder));
    } finally {
      System.setProperty("user.home", home);
    }
  }

  @Test
  void aFolderThatIsNamedHasTheIndexes() throws Exception {
    Path tar = write("train.tar", out -> addAll(out, folder, "", 2));
    Path other = write("val.tar", out -> add(out, "a/1.png", image("1")));
    Path indexes = root.resolve("kept/indexes");

    assertSame(ImageFolder.open(tar, indexes), ImageFolder.open(folder, indexes));
    ImageFolder.open(other, indexes);

    try (Stream<Path> kept = Files.list(indexes)) {
      List<Path> files = kept.toList();
      assertThat(files).hasSize(2);
      FileTime longAgo = FileTime.fromMillis(1_000_000);
      for (Path file : files) {
        Files.setLastModifiedTime(file, longAgo);
      }
      assertSame(ImageFolder.open(tar, indexes), ImageFolder.open(folder));
      assertThat(files)
          .as("read again")
          .allSatisfy(file -> assertThat(Files.getLastModifiedTime(file)).isEqualTo(longAgo));
    }
    assertThat(root.resolve("train.tar.index")).doesNotExist();
    Path file = Files.createFile(root.resolve("a file"));
    assertThatThrownBy(() -> ImageFolder.open(tar, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("a file: where the images of ", "train.tar lie cannot be kept");
  }

  @Test
  void anImageIsFoundByItsPathWithinTheArchive() throws Exception {
    Path tar = write("train.tar", out -> addAll(out, folder, "", 2));
    ImageFolder images = ImageFolder.open(tar);
    for (int i = 0; i < images.size(); i++) {
      assertThat(pixels(ImageFolder.read(images.path(i), Exif.APPLY)))
          .isEqualTo(pixels(images.read(i, Exif.APPLY)));
    }
    assertThatThrownBy(() -> ImageFolder.read(tar.resolve("a/none.png"), Exif.APPLY))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("no such image");
  }

  /** {@code -Dmto.images=1281167} makes it as large as ImageNet-1K. */
  @Test
  void anIndexOfManyImagesIsMadeOnceAndFindsEach() throws Exception {
    int images = Integer.getInteger("mto.images", 20_000);
    int each = 1282;
    Path tar =
        write(
            "many.tar",
            all -> {
              for (int first = 0; first < images; first += each) {
                int from = first;
                int to = Math.min(images, first + each);
                String group = "n%08d.tar".formatted(first / each);
                Filling filling =
                    one -> {
                      for (int i = from; i < to; i++) {
                        add(
                            one,
                            "n%08d_%d.JPEG".formatted(from / each, i),
                            ("" + i).getBytes(UTF_8));
                      }
                    };
                add(all, group, bytes(filling));
              }
            });
    System.gc();
    HEAP.forEach(MemoryPoolMXBean::resetPeakUsage);
    long started = System.nanoTime();
    TarIndex.of(tar, List.of(tar));
    long made = System.nanoTime();
    long peak = HEAP.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    System.gc();
    long before = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long again = System.nanoTime();
    TarIndex index = TarIndex.of(tar, List.of(tar));
    long opened = System.nanoTime();
    System.gc();
    long held = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() - before;

    assertThat(index.size()).isEqualTo(images);
    for (int i = 0; i < images; i += 1 + images / 1000) {
      String name = index.name(i);
      String content = new String(index.bytes(i, tar), UTF_8);
      assertThat(name).endsWith("_" + content + ".JPEG");
      assertThat(index.label(i)).isEqualTo(Integer.parseInt(content) / each);
      assertThat(index.find(index.classes().get(index.label(i)) + "/" + name)).isEqualTo(i);
    }
    assertThat(held).as("the index is mapped, not held").isLessThan(1L << 20);
    System.out.printf(
        "%d images: index made in %.1f s with at most %.0f MB of a heap of %.0f MB, opened again in %.2f s, %.1f MB, %.2f MB of the heap%n",
        images,
        (made - started) / 1e9,
        peak / 1e6,
        Runtime.getRuntime().maxMemory() / 1e6,
        (opened - again) / 1e9,
        Files.size(root.resolve("many.tar.index")) / 1e6,
        held / 1e6);
  }

  private Path write(String name, Filling filling) throws IOException {
    return TarFiles.write(root.resolve(name), filling);
  }

  private static void absolute(TarArchiveOutputStream tar, String name) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(3);
    tar.putArchiveEntry(entry);
    tar.write(new byte[3]);
    tar.closeArchiveEntry();
  }

  private static void link(TarArchiveOutputStream tar, String name, String target, byte type)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, type);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }
}
