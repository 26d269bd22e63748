package dev.mto.data.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.apache.commons.io.file.PathUtils;

/** Folders that are there whole or not at all: filled under another name, then renamed. */
public final class WholeFolder {
  private WholeFolder() {}

  /** Fills a folder. */
  @FunctionalInterface
  public interface Filler {
    /** Writes all that belongs into {@code folder}, which may not exist yet. */
    void fill(Path folder) throws IOException;
  }

  /**
   * Makes {@code out}. On an error nothing new is left behind, and what was there stays.
   *
   * @param mark a file that each folder of this kind holds; only such a folder is replaced. Null
   *     replaces none
   * @throws IllegalArgumentException in one line, if something else than an empty folder is there
   * @throws UncheckedIOException if writing fails
   */
  public static void write(Path out, String mark, Filler filler) {
    Path partial = out.resolveSibling(out.getFileName() + ".partial");
    Path old = out.resolveSibling(out.getFileName() + ".old");
    try {
      if (mark != null
          && Files.notExists(out)
          && Files.exists(old.resolve(mark))
          && Files.exists(partial.resolve(mark))) {
        Files.move(old, out); // of one that was killed before the new one was in its place
      }
      if (mark != null && Files.exists(out.resolve(mark))) {
        requireEmpty(old);
        FileUtils.deleteDirectory(partial.toFile());
      } else {
        requireEmpty(out);
        requireEmpty(partial);
      }
      try {
        filler.fill(partial);
        if (isEmptyOrNothing(out)) {
          Files.deleteIfExists(out);
          Files.move(partial, out);
        } else {
          Files.deleteIfExists(old);
          Files.move(out, old);
          Files.move(partial, out);
          FileUtils.deleteDirectory(old.toFile());
        }
      } finally {
        FileUtils.deleteDirectory(partial.toFile());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + out + ": " + e, e);
    }
  }

  private static boolean isEmptyOrNothing(Path folder) throws IOException {
    return !Files.exists(folder)
        || (Files.isDirectory(folder) && PathUtils.isEmptyDirectory(folder));
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (!isEmptyOrNothing(folder)) {
      throw new IllegalArgumentException(
          folder + " exists and is not an empty folder: choose another or remove it");
    }
  }
}
