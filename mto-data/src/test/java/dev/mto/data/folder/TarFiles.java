package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Tar archives of small images, and what holds of all that are read from them. */
final class TarFiles {
  private TarFiles() {}

  static List<Integer> pixels(EncodedImage image) throws UnreadableImageException {
    var pixels = image.pixels(1);
    return IntStream.range(0, pixels.count()).mapToObj(pixels::value).toList();
  }

  static void assertSame(ImageFolder packed, ImageFolder unpacked) throws IOException {
    assertThat(packed.identity()).isEqualTo(unpacked.identity());
    assertThat(packed.classes()).isEqualTo(unpacked.classes());
    assertThat(relative(packed)).isEqualTo(relative(unpacked));
    for (int i = 0; i < unpacked.size(); i++) {
      assertThat(packed.label(i)).isEqualTo(unpacked.label(i));
      assertThat(pixelsOf(packed, i)).isEqualTo(pixelsOf(unpacked, i));
    }
  }

  static List<String> relative(ImageFolder images) {
    return IntStream.range(0, images.size())
        .mapToObj(i -> images.root().relativize(images.path(i)).toString())
        .toList();
  }

  static List<Integer> pixelsOf(ImageFolder images, int index) throws IOException {
    return pixels(images.read(index, Exif.APPLY));
  }

  static void assertRefused(Path archive, String... parts) {
    assertThatThrownBy(() -> ImageFolder.open(archive))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts)
        .message()
        .doesNotContain("\n");
  }

  /** A PNG of its own for each text. */
  static byte[] image(String text) {
    byte[] grey = new byte[64];
    new Random(text.hashCode()).nextBytes(grey);
    return EncodedImage.png(grey, 8, 8);
  }

  static List<Integer> pixels(String text) throws IOException {
    return pixels(EncodedImage.of(image(text), Exif.APPLY));
  }

  /** Fills an archive. */
  interface Filling {
    void into(TarArchiveOutputStream tar) throws IOException;
  }

  static Path write(Path file, Filling filling) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      write(out, filling);
    }
    return file;
  }

  static byte[] bytes(Filling filling) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(bytes, filling);
    return bytes.toByteArray();
  }

  private static void write(OutputStream out, Filling filling) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      filling.into(tar);
    }
  }

  static void addAll(TarArchiveOutputStream tar, Path folder, String prefix, int longNames)
      throws IOException {
    tar.setLongFileMode(longNames);
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = new ArrayList<>(all.filter(Files::isRegularFile).toList());
    }
    Collections.shuffle(files, new Random(1));
    for (Path file : files) {
      add(tar, prefix + folder.relativize(file), Files.readAllBytes(file));
    }
  }

  static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
