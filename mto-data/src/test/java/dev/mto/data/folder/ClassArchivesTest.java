package dev.mto.data.folder;

import static dev.mto.data.folder.TarFiles.add;
import static dev.mto.data.folder.TarFiles.addAll;
import static dev.mto.data.folder.TarFiles.assertRefused;
import static dev.mto.data.folder.TarFiles.assertSame;
import static dev.mto.data.folder.TarFiles.bytes;
import static dev.mto.data.folder.TarFiles.image;
import static dev.mto.data.folder.TarFiles.relative;
import static dev.mto.data.folder.TarFiles.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.image.Exif;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ImageNet's training archive unpacked once: an archive for each class. */
class ClassArchivesTest {
  private static final List<String> CLASSES = List.of("n01440764", "n01443537", "n15075141");

  @TempDir private Path root;
  private Path folder;
  private Path archives;

  @BeforeEach
  void make() throws IOException {
    folder = root.resolve("train");
    archives = Files.createDirectories(root.resolve("archives"));
    for (String name : CLASSES) {
      Path into = Files.createDirectories(folder.resolve(name));
      for (int i : new int[] {2, 10, 7}) {
        Files.write(into.resolve("%s_%d.JPEG".formatted(name, i)), image(name + i));
      }
      write(archives.resolve(name + ".tar"), tar -> addAll(tar, into, "./", 2));
    }
  }

  @Test
  void theyAreReadAsTheFolderAndAsTheArchiveOfArchives() throws Exception {
    Path all =
        write(
            root.resolve("ILSVRC2012_img_train.tar"),
            tar -> {
              for (String name : CLASSES) {
                add(tar, name + ".tar", bytes(one -> addAll(one, folder.resolve(name), "", 2)));
              }
            });

    ImageFolder images = ImageFolder.open(archives);

    assertThat(images.classes()).isEqualTo(CLASSES);
    assertSame(images, ImageFolder.open(folder));
    assertSame(images, ImageFolder.open(all));
    assertSame(ImageFolder.open(archives), images); // by its index
    assertSame(ImageFolder.atAnyDepth(archives), ImageFolder.atAnyDepth(folder));
    assertThat(images.readAs()).contains("3 tar archives, each the class that it is named after");
    assertThat(ImageFolder.open(all).readAs())
        .contains("a tar archive, classes by the folders in it");
    assertThat(ImageFolder.open(folder).readAs()).isEmpty();
    assertThat(ImageFolder.read(images.path(4), Exif.APPLY).pixels(1).value(9))
        .isEqualTo(images.read(4, Exif.APPLY).pixels(1).value(9));
  }

  @Test
  void aClassWithoutAnImageIsNone() throws Exception {
    write(archives.resolve("n99999999.tar"), tar -> add(tar, "._1.JPEG", image("hidden")));
    assertSame(ImageFolder.open(archives), ImageFolder.open(folder));

    Path shards = Files.createDirectories(root.resolve("shards"));
    Files.copy(archives.resolve("n99999999.tar"), shards.resolve("n99999999.tar"));
    write(shards.resolve("0.tar"), tar -> add(tar, "1.jpg", image("1")));
    assertThat(relative(ImageFolder.open(shards))).containsExactly("1.jpg");
  }

  @Test
  void shardsAreNotTakenForClasses() throws Exception {
    for (String name : List.of("shards-000", "train_00", "00000", "n0144076", "n014407640")) {
      Path shards = Files.createDirectories(root.resolve("of " + name));
      write(shards.resolve(name + ".tar"), tar -> add(tar, name + "_1.jpg", image(name)));

      ImageFolder images = ImageFolder.open(shards);

      assertThat(images.labelled()).as(name).isFalse();
      assertThat(relative(images)).containsExactly(name + "_1.jpg");
      assertThat(images.readAs()).contains("a tar archive, without classes");
    }
  }

  /** Shards that happen to be named as classes are told by what they hold. */
  @Test
  void archivesThatAreOnlyNamedAsClassesAreReadAsShardsAndItIsSaidWhy() throws Exception {
    Path shards = Files.createDirectories(root.resolve("web"));
    for (String shard : List.of("n00000000", "n00000001")) {
      write(
          shards.resolve(shard + ".tar"),
          tar -> {
            add(tar, shard + "_1.jpg", image(shard));
            add(tar, shard + "_1.json", "{}".getBytes(UTF_8));
          });
    }
    assertThat(ImageFolder.open(shards).labelled()).isFalse();
    assertThat(ImageFolder.open(shards).readAs())
        .contains(
            "2 tar archives, without classes; n00000000.tar is no class, as it holds"
                + " n00000000_1.json and not n00000000_… alone");

    Path others = Files.createDirectories(root.resolve("others"));
    write(others.resolve("n00000000.tar"), tar -> add(tar, "1.jpg", image("1")));
    assertThat(ImageFolder.open(others).labelled()).isFalse();
    Path deep = Files.createDirectories(root.resolve("deep"));
    write(deep.resolve("n00000000.tar"), tar -> add(tar, "n00000000_a/1.jpg", image("1")));
    assertThat(ImageFolder.open(deep).classes()).containsExactly("n00000000_a");

    Path labelled = Files.createDirectories(root.resolve("labelled"));
    write(
        labelled.resolve("n00000000.tar"),
        tar -> {
          add(tar, "n00000000_1.jpg", image("1"));
          add(tar, "n00000000_1.cls", "7".getBytes(UTF_8));
        });
    assertThat(ImageFolder.open(labelled).classes()).containsExactly("7");
    assertThat(ImageFolder.open(labelled).readAs().orElseThrow())
        .startsWith("a tar archive, classes by the .cls beside each image");
  }

  @Test
  void archivesOfClassesAmongOthersAreRefused() throws Exception {
    Path other = archives.resolve("ILSVRC2012_img_val.tar");
    write(other, tar -> add(tar, "val_1.JPEG", image("1")));
    assertRefused(archives, "such as n01440764.tar", "others, such as ILSVRC2012_img_val.tar:");

    Files.delete(other);
    write(
        archives.resolve("n02000000.tar"),
        tar -> {
          add(tar, "n02000000_1.JPEG", image("1"));
          add(tar, "deep/n02000000_2.JPEG", image("2"));
        });
    assertRefused(
        archives,
        "n02000000.tar (n02000000.tar is no class, as it holds deep/n02000000_2.JPEG and not"
            + " n02000000_… alone)");
  }

  /** A class by itself is an archive as any other: only a folder of them is one of classes. */
  @Test
  void anArchiveByItselfIsNoClass() {
    assertThat(ImageFolder.open(archives.resolve("n01440764.tar")).labelled()).isFalse();
  }
}
