package dev.mto.spark.hadoop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.storage.Locations;
import dev.mto.engine.errors.FileException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images by addresses against the same images as files of the system. */
class HadoopImagesTest {
  private static final String[] NAMES = {"b/2.png", "b/10.png", "a/é 1.png", "a/deep/3.png"};

  @TempDir private Path root;

  @BeforeEach
  void imagesInAllWays() throws IOException {
    LocalStore.register();
    LocalStore.homeIn(Files.createDirectory(root.resolve("home")));
    for (String name : NAMES) {
      write("folder/" + name, image(name));
    }
    write("folder/a/notes.txt", new byte[] {1});
    write("folder/b/.hidden.png", image("hidden"));
    write("flat/1.png", image("1"));
    write("flat/2.png", image("2"));
    write("flat.classes", "1.png x\n2.png y\n".getBytes(UTF_8));
    write("train.tar", Tars.of(List.of(NAMES), name -> image(name)));
    write(
        "nested.tar",
        Tars.of(
            List.of("n01.tar", "n02.tar"),
            name -> Tars.of(List.of(name + "_1.png"), n -> image(n))));
    for (int i = 0; i < 3; i++) {
      String key = "key" + i;
      write(
          "shards/s-%03d.tar".formatted(i),
          Tars.of(
              List.of(key + ".png", key + ".cls"),
              name -> name.endsWith("cls") ? "class".getBytes(UTF_8) : image(name)));
    }
    write("list.txt", "flat/1.png\nfolder/b/2.png\n".getBytes(UTF_8));
  }

  @AfterEach
  void forget() {
    LocalStore.homeAgain();
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static byte[] image(String name) throws IOException {
    BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
    image.setRGB(1, 1, name.hashCode() & 0xFFFFFF);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  private Path remote(String scheme, String name) {
    return Locations.path(LocalStore.address(scheme, root) + "/" + name);
  }

  private static byte[] bytes(ImageFolder images, int index) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = bytes) {
      images.read(index, Exif.IGNORE).writeTo(out);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(images.path(index).toString(), e);
    }
  }

  private void assertSame(ImageFolder local, ImageFolder remote, String address) {
    assertThat(remote.size()).isEqualTo(local.size());
    assertThat(remote.identity()).isEqualTo(local.identity());
    assertThat(remote.classes()).isEqualTo(local.classes());
    assertThat(remote.readAs()).isEqualTo(local.readAs());
    assertThat(remote.leftOut()).isEqualTo(local.leftOut());
    IntStream.range(0, local.size())
        .parallel()
        .forEach(
            i -> {
              assertThat(bytes(remote, i)).isEqualTo(bytes(local, i));
              assertThat(remote.label(i)).isEqualTo(local.label(i));
              assertThat(remote.path(i))
                  .hasToString(address + local.path(i))
                  .isEqualTo(Locations.path(remote.path(i).toString()));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"folder", "flat", "train.tar", "nested.tar", "shards", "shards/s-{000..002}.tar"})
  void foldersAndArchivesAreReadAsThoseOfTheSystem(String name) {
    ImageFolder local = ImageFolder.open(root.resolve(name));
    for (String scheme : List.of("s3a", "hdfs")) {
      assertSame(local, ImageFolder.open(remote(scheme, name)), scheme + "://any");
    }
  }

  @Test
  void listsAndFoldersOfAnyDepthAreReadToo() throws IOException {
    ImageFolder local = ImageFolder.listedIn(root.resolve("list.txt"));
    ImageFolder listed = ImageFolder.listedIn(remote("s3a", "list.txt"));
    assertThat(listed.size()).isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      assertThat(bytes(listed, i)).isEqualTo(bytes(local, i));
    }
    write("addresses.txt", (remote("hdfs", "flat/1.png") + "\n").getBytes(UTF_8));
    ImageFolder addresses = ImageFolder.listedIn(root.resolve("addresses.txt"));
    assertThat(addresses.path(0)).isEqualTo(remote("hdfs", "flat/1.png"));
    assertThat(bytes(addresses, 0)).isEqualTo(bytes(local, 0));
    assertSame(
        ImageFolder.atAnyDepth(root.resolve("folder")),
        ImageFolder.atAnyDepth(remote("s3a", "folder")),
        "s3a://any");
  }

  @Test
  void whereTheImagesOfAnArchiveLieIsKeptOnThisMachineUntilTheArchiveChanges() throws IOException {
    Path address = remote("s3a", "train.tar");
    String identity = ImageFolder.open(address).identity();
    int opened = LocalStore.OPENED.get();
    assertThat(ImageFolder.open(address).identity()).isEqualTo(identity);
    assertThat(LocalStore.OPENED).as("the archive is not walked again").hasValue(opened);
    try (Stream<Path> beside = Files.list(root)) {
      assertThat(beside).noneMatch(file -> file.toString().endsWith(".index"));
    }
    Files.setLastModifiedTime(root.resolve("train.tar"), FileTime.fromMillis(1_000_000));
    assertThat(ImageFolder.open(address).identity()).isEqualTo(identity);
    assertThat(LocalStore.OPENED.get()).as("walked again").isGreaterThan(opened);
  }

  @Test
  void anArchiveLargerThanWhatIsReadAtOnceIsWalkedWhole() throws IOException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      names.add("c/%d.bmp".formatted(i));
    }
    byte[] large = new byte[700_001];
    large[0] = 'B';
    large[1] = 'M';
    write("large.tar", Tars.of(names, name -> large));
    assertThat(ImageFolder.open(remote("s3a", "large.tar")).identity())
        .isEqualTo(ImageFolder.open(root.resolve("large.tar")).identity());
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "train.tar"})
  void aStorageThatDoesNotAnswerIsNoUnreadableImage(String name) throws Exception {
    ImageFolder images = ImageFolder.open(remote("hdfs", name));
    LocalStore.FAILING_READS.set(1);
    assertThatThrownBy(() -> images.read(0, Exif.IGNORE))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("hdfs://any/")
        .hasMessageContaining("cannot be read (the storage does not answer)");
    images.read(0, Exif.IGNORE);
    LocalStore.FAILING_READS.set(1);
    Files.setLastModifiedTime(root.resolve("train.tar"), FileTime.fromMillis(1_000_000));
    if (name.endsWith(".tar")) {
      assertThatThrownBy(() -> ImageFolder.open(remote("hdfs", name)))
          .isInstanceOf(FileException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "train.tar"})
  void whatMayNotBeReadIsNoUnreadableImage(String name) {
    ImageFolder images = ImageFolder.open(remote("hdfs", name));
    LocalStore.DENIED_READS.set(1);
    assertThatThrownBy(() -> images.read(0, Exif.IGNORE))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("hdfs://any/")
        .hasMessageEndingWith("cannot be read (Permission denied: user=mto, access=READ)")
        .cause()
        .isInstanceOf(AccessDeniedException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"train.tar", "shards"})
  void anArchiveIsOpenedOnceForAllOfItsImagesAndClosedInTheEnd(String name) {
    ImageFolder local = ImageFolder.open(root.resolve(name));
    ImageFolder images = ImageFolder.open(remote("s3a", name));
    int open = LocalStore.open();
    int opened = LocalStore.OPENED.get();
    for (int i = 0; i < 3 * images.size(); i++) {
      int index = i % images.size();
      assertThat(bytes(images, index)).isEqualTo(bytes(local, index));
    }
    int archives = images.shards().length;
    assertThat(LocalStore.OPENED.get() - opened).isEqualTo(archives);
    assertThat(LocalStore.open() - open).isEqualTo(archives);
    assertThat(LocalStore.connected()).as("held between reads").isZero();

    images.close();
    assertThat(LocalStore.open()).isEqualTo(open);
    assertThat(bytes(images, 0)).isEqualTo(bytes(local, 0));
    assertThat(LocalStore.open()).as("after the end").isEqualTo(open);
  }

  @Test
  void anOpenArchiveIsOfOneReaderAtATime() throws Exception {
    ImageFolder local = ImageFolder.open(root.resolve("train.tar"));
    ImageFolder images = ImageFolder.open(remote("s3a", "train.tar"));
    bytes(images, 0);
    int opened = LocalStore.OPENED.get();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    LocalStore.meeting = new CyclicBarrier(2);
    try {
      Future<byte[]> first = threads.submit(() -> bytes(images, 1));
      Future<byte[]> second = threads.submit(() -> bytes(images, 2));
      assertThat(first.get()).isEqualTo(bytes(local, 1));
      assertThat(second.get()).isEqualTo(bytes(local, 2));
    } finally {
      LocalStore.meeting = null;
      threads.shutdownNow();
      images.close();
    }
    assertThat(LocalStore.SHARED_READS).hasValue(0);
    assertThat(LocalStore.OPENED).hasValue(opened + 1);
  }

  @Test
  void anArchiveWhoseStreamBreaksIsOpenedOnceMore() {
    ImageFolder local = ImageFolder.open(root.resolve("train.tar"));
    ImageFolder images = ImageFolder.open(remote("hdfs", "train.tar"));
    bytes(images, 0);
    int open = LocalStore.open();
    int opened = LocalStore.OPENED.get();
    LocalStore.BREAKING_READS.set(1);
    assertThat(bytes(images, 1)).isEqualTo(bytes(local, 1));
    assertThat(bytes(images, 2)).isEqualTo(bytes(local, 2));
    assertThat(LocalStore.OPENED).hasValue(opened + 1);
    assertThat(LocalStore.open()).as("the broken one is closed").isEqualTo(open);

    LocalStore.BREAKING_READS.set(2);
    assertThatThrownBy(() -> images.read(1, Exif.IGNORE))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("cannot be read (the connection is broken)");
    assertThat(bytes(images, 1)).isEqualTo(bytes(local, 1));
    assertThat(LocalStore.open()).isEqualTo(open);
    images.close();
  }

  @Test
  void anImageThatIsGoneIsUnreadable() throws IOException {
    ImageFolder images = ImageFolder.open(remote("s3a", "flat"));
    Files.delete(root.resolve("flat/1.png"));
    assertThatThrownBy(() -> images.read(0, Exif.IGNORE))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage("no such file");
  }

  @Test
  void whatIsNotThereIsNamedByItsAddress() {
    assertThatThrownBy(() -> ImageFolder.open(remote("s3a", "none")))
        .hasMessageContaining("s3a://any" + root + "/none does not exist");
    assertThatThrownBy(() -> Locations.path("nosuch://a/b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nosuch://a: Hadoop has no file system for nosuch://");
  }
}
