package dev.mto.data.folder;

import static dev.mto.data.folder.TarFiles.image;
import static dev.mto.data.folder.TarFiles.pixelsOf;
import static dev.mto.data.folder.TarFiles.relative;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.image.Exif;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in shards against those that they were made of. */
class ShardedImagesTest {
  private static final int CLASSES = 12;

  @TempDir private Path root;
  private Path folder;
  private Path out;

  @BeforeEach
  void make() throws IOException {
    folder = root.resolve("source");
    for (int i = 0; i < CLASSES; i++) {
      Path group = Files.createDirectories(folder.resolve("class " + i));
      for (int j = 0; j <= i % 4; j++) {
        Files.write(group.resolve(j + ".png"), image(i + " " + j));
      }
      BufferedImage photo = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
      photo.setRGB(i % 9, 3, 0xFF8000);
      ImageIO.write(photo, "jpg", group.resolve("named wrongly.PNG").toFile());
    }
    out = Files.createDirectories(root.resolve("shards"));
  }

  private ShardedImages dealt(int shards, long seed) {
    return new ShardedImages(List.of(ImageFolder.open(folder)), shards, seed, false);
  }

  private static byte[] bytes(ShardedImages images, int shard, BadImages bad) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    images.write(shard, bytes, bad, () -> {});
    return bytes.toByteArray();
  }

  private static BadImages none(ShardedImages images) {
    return BadImages.telling(
        line -> {
          throw new AssertionError(line);
        },
        images.size(),
        0);
  }

  private void writeAll(ShardedImages images, int shards, BadImages bad) throws IOException {
    for (int i = 0; i < shards; i++) {
      Files.write(out.resolve(ShardedImages.fileName("train", i)), bytes(images, i, bad));
    }
  }

  private static List<TarArchiveEntry> members(byte[] shard) throws IOException {
    List<TarArchiveEntry> members = new ArrayList<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(shard))) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        members.add(entry);
      }
    }
    return members;
  }

  @Test
  void readBackTheyAreTheSourceImageByImage() throws Exception {
    ImageFolder source = ImageFolder.open(folder);
    ShardedImages images = dealt(4, 1);
    writeAll(images, 4, none(images));

    for (Path read : List.of(out, out.resolve(ShardedImages.range("train", 4)))) {
      ImageFolder back = ImageFolder.open(read);
      assertThat(back.size()).isEqualTo(source.size());
      assertThat(back.classes()).isEqualTo(source.classes());
      for (int i = 0; i < source.size(); i++) {
        assertThat(back.label(i)).isEqualTo(source.label(i));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        back.read(i, Exif.APPLY).writeTo(bytes);
        assertThat(bytes.toByteArray())
            .as("the file as it was")
            .isEqualTo(Files.readAllBytes(source.path(i)));
      }
      assertThat(back.leftOut().line()).isEmpty();
      assertThat(relative(back).get(1)).isEqualTo("class 0/000000001.jpg");
    }
  }

  @Test
  void shardsAreOfOneSizeAndFilledAtRandomByTheSeedAlone() throws Exception {
    ShardedImages images = dealt(4, 1);
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      byte[] shard = bytes(images, i, none(images));
      assertThat(shard).isEqualTo(bytes(dealt(4, 1), i, none(images)));
      List<TarArchiveEntry> members = members(shard);
      assertThat(members).hasSize(2 * images.size(i));
      assertThat(images.size(i)).isBetween(images.size() / 4, images.size() / 4 + 1);
      for (int j = 0; j < members.size(); j += 2) {
        String name = members.get(j).getName();
        keys.add(name.substring(0, 9));
        assertThat(name).matches("\\d{9}\\.(png|jpg)");
        assertThat(members.get(j + 1).getName()).isEqualTo(name.substring(0, 9) + ".cls");
      }
      for (TarArchiveEntry member : members) {
        assertThat(member.getLastModifiedTime().toMillis()).as("no time").isZero();
        assertThat(member.getUserName() + member.getGroupName()).isEmpty();
        assertThat(member.getLongUserId() + member.getLongGroupId()).isZero();
        assertThat(member.getMode()).isEqualTo(0100644);
      }
    }
    assertThat(keys).doesNotHaveDuplicates().hasSize(images.size());
    assertThat(keys).isNotEqualTo(keys.stream().sorted().toList());
    assertThat(bytes(dealt(4, 2), 0, none(images))).isNotEqualTo(bytes(images, 0, none(images)));
    assertThat(dealt(4, 2).identity()).isNotEqualTo(images.identity());
    assertThat(dealt(5, 1).identity()).isNotEqualTo(images.identity());
    assertThat(dealt(4, 1).identity()).isEqualTo(images.identity());
  }

  /** WebDataset's own decoder takes the text of a .cls for a whole number. */
  @Test
  void classesAreNumbersWhereTheseAreAskedFor() throws Exception {
    ImageFolder source = ImageFolder.open(folder);
    ShardedImages images = new ShardedImages(List.of(source), 2, 1, true);
    writeAll(images, 2, none(images));

    ImageFolder back = ImageFolder.open(out);

    assertThat(back.classes())
        .containsExactlyElementsOf(
            IntStream.range(0, CLASSES).mapToObj("%02d"::formatted).toList());
    assertThat(images.classes()).isEqualTo(source.classes());
    for (int i = 0; i < source.size(); i++) {
      assertThat(back.label(i)).isEqualTo(source.label(i));
      assertThat(pixelsOf(back, i)).isEqualTo(pixelsOf(source, i));
    }
  }

  @Test
  void severalSourcesAreTheImagesOfAll() throws Exception {
    Path more = Files.createDirectories(root.resolve("more"));
    Files.createDirectories(more.resolve("class 3"));
    Files.createDirectories(more.resolve("a"));
    Files.write(more.resolve("class 3/x.png"), image("x"));
    Files.write(more.resolve("a/y.png"), image("y"));
    ImageFolder source = ImageFolder.open(folder);
    ShardedImages images = new ShardedImages(List.of(source, ImageFolder.open(more)), 3, 1, false);
    writeAll(images, 3, none(images));

    ImageFolder back = ImageFolder.open(out);

    assertThat(back.size()).isEqualTo(source.size() + 2);
    assertThat(back.classes()).hasSize(CLASSES + 1).startsWith("a", "class 0");
    assertThat(pixelsOf(back, 0)).isEqualTo(TarFiles.pixels("y"));
    List<String> names = relative(back);
    int x = names.indexOf("class 3/%09d.png".formatted(source.size() + 1));
    assertThat(pixelsOf(back, x)).isEqualTo(TarFiles.pixels("x"));

    Path flat = Files.createDirectories(root.resolve("flat"));
    Files.write(flat.resolve("1.png"), image("1"));
    Files.write(flat.resolve("2.png"), image("2"));
    ImageFolder unlabelled = ImageFolder.open(flat);
    assertThatThrownBy(() -> new ShardedImages(List.of(source, unlabelled), 3, 1, false))
        .hasMessageContaining("one has classes and the other has none");
    assertThatThrownBy(() -> new ShardedImages(List.of(unlabelled), 3, 1, false))
        .hasMessageContaining("the number of shards is 3 but must be between 1 and 2");
    byte[] alone = bytes(new ShardedImages(List.of(unlabelled), 1, 1, false), 0, none(images));
    assertThat(members(alone))
        .extracting(TarArchiveEntry::getName)
        .containsExactlyInAnyOrder("000000000.png", "000000001.png");
    Files.move(flat, folder.resolve("class 1 "));
    assertThatThrownBy(() -> dealt(1, 1)).hasMessageContaining("the class 'class 1 ' cannot be");
  }

  @Test
  void whatCannotBeReadIsLeftOutListedAndLimited() throws Exception {
    byte[] cut = Files.readAllBytes(folder.resolve("class 3/2.png"));
    Files.write(folder.resolve("class 3/2.png"), Arrays.copyOf(cut, cut.length / 2));
    Files.write(folder.resolve("class 5/1.png"), "no image".getBytes(UTF_8));
    ShardedImages images = dealt(2, 1);
    List<String> told = new ArrayList<>();
    writeAll(images, 2, BadImages.telling(told::add, images.size(), 0.1));

    assertThat(told).hasSize(2).anyMatch(line -> line.contains("2.png"));
    ImageFolder back = ImageFolder.open(out);
    assertThat(back.size()).isEqualTo(images.size() - 2);
    assertThat(relative(back)).doesNotHaveDuplicates();
    BadImages strict = BadImages.telling(told::add, images.size(), 0.03);
    assertThatThrownBy(() -> writeAll(images, 2, strict))
        .isInstanceOf(TooManyBadImagesException.class);
    ShardedImages single = dealt(images.size(), 1);
    BadImages lenient = BadImages.telling(told::add, images.size(), 1);
    assertThatThrownBy(() -> writeAll(single, images.size(), lenient))
        .hasMessageContaining("none of the 1 images of shard ");
  }
}
