package dev.mto.engine.folder;

import dev.mto.engine.errors.FileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Files that are replaced whole or not at all: temporary file, fsync, rename. The temporary file
 * has a random name beside the file and is created new, so that no link which lies there is
 * followed; a link in place of the file is replaced, not what it points to, and a device or pipe
 * never.
 */
public final class AtomicFiles {
  private static final String TEMPORARY = ".*\\.[0-9a-f]{16}\\.tmp";

  private AtomicFiles() {}

  /** Writes to the path that it is given. */
  @FunctionalInterface
  public interface Writer {
    /** Writes all of the file's contents to {@code temporary}, an empty file. */
    void writeTo(Path temporary) throws IOException;
  }

  /**
   * Replaces {@code file} by what {@code writer} writes. On failure the old file stays as it was.
   *
   * @throws FileException when it cannot be written, or something else than a file is in its place
   */
  public static void write(Path file, Writer writer) {
    Path temporary = null;
    try {
      requireFileOrNothing(file);
      temporary = createBeside(file);
      writer.writeTo(temporary);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      temporary = null;
    } catch (IOException e) {
      throw FileException.writing(file, e);
    } finally {
      if (temporary != null) {
        delete(temporary);
      }
    }
    syncFolder(file.toAbsolutePath().getParent());
  }

  /** Replaces {@code file} by {@code text} in UTF-8. */
  public static void writeString(Path file, String text) {
    write(file, temporary -> Files.write(temporary, text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Deletes temporary files that a killed process left in {@code folder}, not in folders in it. */
  public static void sweep(Path folder) {
    sweep(folder, 1);
  }

  /**
   * Deletes temporary files that killed processes left anywhere in {@code folder}, which nobody
   * else writes into.
   */
  public static void sweepAll(Path folder) {
    sweep(folder, Integer.MAX_VALUE);
  }

  private static void sweep(Path folder, int depth) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder, depth)) {
      files
          .filter(file -> file.getFileName().toString().matches(TEMPORARY))
          .forEach(AtomicFiles::delete);
    } catch (IOException e) {
      throw FileException.reading(folder, e);
    } catch (UncheckedIOException e) {
      throw FileException.reading(folder, e.getCause());
    }
  }

  private static void delete(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      return; // it is in nobody's way, and the next sweep tries again
    }
  }

  private static void requireFileOrNothing(Path file) throws IOException {
    boolean replaceable =
        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            || Files.isSymbolicLink(file)
            || !Files.exists(file, LinkOption.NOFOLLOW_LINKS); // or that is not to be known
    if (!replaceable) {
      throw new FileSystemException(
          file.toString(), null, "in its place is something else than a file");
    }
  }

  private static Path createBeside(Path file) throws IOException {
    String random = "%016x".formatted(ThreadLocalRandom.current().nextLong());
    return Files.createFile(file.resolveSibling(file.getFileName() + "." + random + ".tmp"));
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
