package dev.mto.engine.report;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is replaced whole or not at all. */
final class AtomicFile {
  private AtomicFile() {}

  /** Writes all of a file's contents. */
  @FunctionalInterface
  interface Writer {
    void writeTo(Path temporary) throws IOException;
  }

  static void replace(Path file, Writer writer) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      writer.writeTo(temporary);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
