package dev.mto.engine.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are replaced whole or not at all: temporary file, fsync, rename. */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** Writes to the path that it is given. */
  @FunctionalInterface
  public interface Writer {
    /** Writes all of the file's contents to {@code temporary}. */
    void writeTo(Path temporary) throws IOException;
  }

  /**
   * Replaces {@code file} by what {@code writer} writes. On failure the old file stays as it was.
   */
  public static void write(Path file, Writer writer) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      writer.writeTo(temporary);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    syncFolder(file.toAbsolutePath().getParent());
  }

  /** Replaces {@code file} by {@code text} in UTF-8. */
  public static void writeString(Path file, String text) throws IOException {
    write(file, temporary -> Files.write(temporary, text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open folders; the rename itself is atomic there too.
      return;
    }
  }
}
