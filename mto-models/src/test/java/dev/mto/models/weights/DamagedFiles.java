package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Files of this module's tests, the same whatever oracle is chosen, damaged on purpose. */
final class DamagedFiles {
  private DamagedFiles() {}

  /** A resource of this module. */
  static Path path(String name) {
    URL url = DamagedFiles.class.getResource("/" + name);
    try {
      URI uri = url.toURI();
      return Path.of(uri);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The entries of a zip archive. */
  static Map<String, byte[]> entries(Path file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  static void write(Path file, Map<String, byte[]> entries, boolean compressed) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> named : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(named.getKey());
        if (!compressed) {
          CRC32 sum = new CRC32();
          sum.update(named.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(named.getValue().length);
          entry.setCrc(sum.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(named.getValue());
      }
    }
  }

  /** Replaces the first occurrence of some bytes, given as Latin-1 text, by others. */
  static Path replaced(Path source, Path target, String bytes, String replacement)
      throws IOException {
    String content = Files.readString(source, StandardCharsets.ISO_8859_1);
    int at = content.indexOf(bytes);
    if (at < 0) {
      throw new IllegalArgumentException(source + " does not hold the bytes to replace");
    }
    return Files.writeString(
        target,
        content.substring(0, at) + replacement + content.substring(at + bytes.length()),
        StandardCharsets.ISO_8859_1);
  }

  /** Reading the file ends in one line that names it and the problem. */
  static void assertRefused(Path file, String problem) {
    assertThatThrownBy(() -> WeightFile.read(file))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(problem)
        .message()
        .doesNotContain("\n");
  }
}
