package dev.mto.models.weights;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the container before PyTorch 1.6, rightly or with something wrong on purpose. */
final class LegacyFiles {
  private LegacyFiles() {}

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
}
