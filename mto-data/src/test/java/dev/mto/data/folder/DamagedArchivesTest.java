package dev.mto.data.folder;

import static dev.mto.data.folder.TarFiles.add;
import static dev.mto.data.folder.TarFiles.assertRefused;
import static dev.mto.data.folder.TarFiles.bytes;
import static dev.mto.data.folder.TarFiles.image;
import static dev.mto.data.folder.TarFiles.pixels;
import static dev.mto.data.folder.TarFiles.pixelsOf;
import static dev.mto.data.folder.TarFiles.relative;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What damage of an archive costs, and that it is told. */
class DamagedArchivesTest {
  private static final List<String> GROUPS = List.of("a", "b", "c", "d");

  @TempDir private Path root;

  private static byte[] group(String name) throws IOException {
    return bytes(
        tar -> {
          for (int i = 1; i <= 3; i++) {
            add(tar, "%s_%d.png".formatted(name, i), image(name + i));
          }
        });
  }

  private byte[] archiveOfArchives() throws IOException {
    return bytes(
        tar -> {
          for (String name : GROUPS) {
            add(tar, name + ".tar", group(name));
          }
        });
  }

  /** Where the header of a member begins. */
  private static int header(byte[] archive, String name) {
    byte[] begin = (name + "\0").getBytes(US_ASCII);
    for (int block = 0; block < archive.length; block += TarRecords.BLOCK) {
      if (Arrays.equals(archive, block, block + begin.length, begin, 0, begin.length)) {
        return block;
      }
    }
    throw new AssertionError(name);
  }

  private Path written(String name, byte[] content) throws IOException {
    return Files.write(root.resolve(name), content);
  }

  private static List<String> all(String without) {
    List<String> names = new ArrayList<>();
    for (String name : GROUPS) {
      for (int i = 1; i <= 3; i++) {
        names.add("%s/%s_%d.png".formatted(name, name, i));
      }
    }
    names.removeIf(name -> name.startsWith(without));
    return names;
  }

  /** Bytes of a header: within its name, the number of bytes, and the checksum. */
  @ParameterizedTest
  @ValueSource(ints = {3, 124, 133, 150})
  void aHeaderInAnInnerArchiveCostsItsImageAlone(int damagedByte) throws Exception {
    byte[] content = archiveOfArchives();
    content[header(content, "b_2.png") + damagedByte] ^= 0x5A;
    Path tar = written("train.tar", content);

    ImageFolder images = ImageFolder.open(tar);

    assertThat(images.classes()).isEqualTo(GROUPS);
    assertThat(relative(images)).isEqualTo(all("b/b_2"));
    assertThat(pixelsOf(images, 4)).isEqualTo(pixels("b3"));
    assertThat(images.leftOut().byEnding()).containsExactly(entry("damaged part of an archive", 1));
    assertThat(images.bad()).hasSize(1);
    assertThat(images.bad().get(0).path()).startsWith(tar + "/b.tar (before byte ");
    assertThat(images.bad().get(0).reason())
        .startsWith("the archive is damaged (")
        .containsPattern("\\d+ bytes behind it are passed over$");
    assertThat(ImageFolder.open(tar).bad()).as("by the index").isEqualTo(images.bad());
    assertThat(ImageFolder.atAnyDepth(tar).bad()).isEqualTo(images.bad());
    assertThat(images.evenly(2).bad()).as("of a part").isEmpty();
  }

  @Test
  void theHeaderOfAnInnerArchiveCostsThatArchiveAlone() throws Exception {
    byte[] content = archiveOfArchives();
    content[header(content, "b.tar") + 124] ^= 0x5A;

    ImageFolder images = ImageFolder.open(written("train.tar", content));

    assertThat(relative(images)).isEqualTo(all("b"));
    assertThat(images.bad()).hasSize(1);
    assertThat(images.bad().get(0).path()).contains("train.tar/(before byte ");
  }

  @Test
  void anInnerArchiveThatIsNoneCostsItselfAlone() throws Exception {
    byte[] garbage = new byte[3000];
    new Random(1).nextBytes(garbage);
    Path tar =
        TarFiles.write(
            root.resolve("train.tar"),
            out -> {
              add(out, "x/1.png", image("1"));
              add(out, "x/2.tar", garbage);
              add(out, "x/3.png", image("3"));
            });

    ImageFolder images = ImageFolder.open(tar);

    assertThat(relative(images)).containsExactly("x/1.png", "x/3.png");
    assertThat(images.leftOut().byEnding()).containsExactly(entry("end of a damaged archive", 1));
    assertThat(images.bad()).hasSize(1);
    assertThat(images.bad().get(0).path()).startsWith(tar + "/x/2.tar (before byte ");
  }

  @Test
  void anInnerArchiveThatIsCutShortCostsItsEndAlone() throws Exception {
    Path tar =
        TarFiles.write(
            root.resolve("train.tar"),
            out -> {
              for (String name : GROUPS) {
                byte[] whole = group(name);
                int last = header(whole, name + "_3.png") + TarRecords.BLOCK;
                add(out, name + ".tar", name.equals("b") ? Arrays.copyOf(whole, last + 10) : whole);
              }
            });
    ImageFolder images = ImageFolder.open(tar);
    assertThat(relative(images)).as("not the cut one").isEqualTo(all("b/b_3"));
    assertThat(images.bad()).hasSize(1);
    assertThat(images.bad().get(0).reason()).contains("it is cut short");
  }

  @Test
  void theLastImageOfAnInnerArchiveWithoutAnEndIsWhole() throws Exception {
    byte[] image = image("last");
    byte[] inner = bytes(tar -> add(tar, "photo", image));
    int length = TarRecords.BLOCK * (1 + (image.length + TarRecords.BLOCK - 1) / TarRecords.BLOCK);
    ImageFolder images =
        ImageFolder.open(
            written("train.tar", bytes(tar -> add(tar, "a.tar", Arrays.copyOf(inner, length)))));

    assertThat(relative(images)).containsExactly("a/photo");
    assertThat(images.bad()).isEmpty();
  }

  @Test
  void damageCountsAsAnUnreadableImage() throws Exception {
    byte[] content = archiveOfArchives();
    content[header(content, "b_2.png") + 124] ^= 0x5A;
    ImageFolder images = ImageFolder.open(written("train.tar", content));
    Path list = root.resolve("bad-images.txt");

    BadImages lenient = BadImages.open(list, images.size(), 0.1);
    lenient.addMembersOf(images);
    lenient.addMembersOf(images);

    assertThat(lenient.count()).isEqualTo(1);
    assertThat(Files.readString(list))
        .isEqualTo(BadImages.line(images.bad().get(0)) + System.lineSeparator());
    BadImages strict = BadImages.telling(line -> {}, images.size(), 0.09);
    assertThatThrownBy(() -> strict.addMembersOf(images))
        .isInstanceOf(TooManyBadImagesException.class)
        .hasMessageContainingAll("1 of 11 images", "train.tar/b.tar (before byte ");
    assertThat(DatasetCheck.of(images, 1, 1).bad()).isEqualTo(images.bad());
  }

  /** A shard that is cut behind an image has lost its class. */
  @Test
  void anImageWhoseClassIsLostInDamageIsLeftOut() throws Exception {
    byte[] content =
        bytes(
            tar -> {
              for (String key : List.of("1", "2", "3")) {
                add(tar, key + ".png", image(key));
                add(tar, key + ".cls", "7".getBytes(UTF_8));
              }
            });
    Path tar = written("shard.tar", Arrays.copyOf(content, header(content, "3.cls") + 100));

    ImageFolder images = ImageFolder.open(tar);

    assertThat(relative(images)).containsExactly("7/1.png", "7/2.png");
    assertThat(images.bad())
        .extracting(DatasetReport.BadFile::reason)
        .hasSize(2)
        .contains("its .cls is lost");
    Path wrong =
        TarFiles.write(
            root.resolve("wrong.tar"),
            out -> {
              add(out, "1.png", image("1"));
              add(out, "1.cls", "a/b".getBytes(UTF_8));
            });
    assertRefused(wrong, "wrong.tar: its member 1.cls does not hold the name of a class");
  }

  /** The storage fails, and the archive may be whole. */
  @Test
  void whatCannotBeReadIsNotTakenForDamage() throws IOException {
    Path tar = written("train.tar", archiveOfArchives());
    FileChannel closed = FileChannel.open(tar);
    closed.close();
    try (TarRegion region = new TarRegion(Headers.of(tar, closed), 0, Files.size(tar))) {
      assertThatThrownBy(region::read)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage(tar + " cannot be read");
    }
  }

  @Test
  void imagesBehindATebibyteAreReadAndThoseBehindTwoAreRefused() throws Exception {
    Path tar = root.resolve("large.tar");
    try (FileChannel file =
        FileChannel.open(
            tar,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      byte[] small = bytes(one -> add(one, "a/3.png", image("3")));
      file.write(ByteBuffer.wrap(small, 0, header(small, "")));
      file.write(ByteBuffer.wrap(large("a/1.bin", (1L << 40) + 512)));
      file.position(file.size() + (1L << 40) + 512);
      file.write(ByteBuffer.wrap(bytes(one -> add(one, "a/2.png", image("2")))));
    }

    ImageFolder images = ImageFolder.open(tar);

    assertThat(relative(images)).containsExactly("a/2.png", "a/3.png");
    assertThat(pixelsOf(images, 0)).isEqualTo(pixels("2"));
    assertThat(images.shards()).as("as they lie").isEqualTo(new int[][] {{1, 0}});
    try (FileChannel file = FileChannel.open(tar, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), 1L << 41);
    }
    assertRefused(tar, "large.tar has more than 2 TiB: give it as several archives");
  }

  /** The header of a member whose content is a hole of the file. */
  private static byte[] large(String name, long size) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(size);
    byte[] header = new byte[TarRecords.BLOCK];
    entry.writeEntryHeader(
        header,
        org.apache.commons.compress.archivers.zip.ZipEncodingHelper.getZipEncoding("UTF-8"),
        true);
    return header;
  }
}
