package dev.mto.spark.hadoop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes tar archives. */
public final class Tars {
  private Tars() {}

  /** What a member holds. */
  interface Content {
    byte[] of(String name) throws IOException;
  }

  static byte[] of(List<String> names, Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      tar.setAddPaxHeadersForNonAsciiNames(true);
      for (String name : names) {
        byte[] member = content.of(name);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(member.length);
        tar.putArchiveEntry(entry);
        tar.write(member);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** An archive of all files in a folder. */
  public static Path ofFolder(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<String> names =
          all.filter(Files::isRegularFile).map(f -> folder.relativize(f).toString()).toList();
      return Files.write(
          folder.resolveSibling(folder.getFileName() + ".tar"),
          of(names, name -> Files.readAllBytes(folder.resolve(name))));
    }
  }
}
