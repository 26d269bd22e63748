package dev.mto.evaluation.embed;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where vectors go and in which format. What is there appears whole or not at all; the folder of
 * unfinished parts and the list of unreadable images are beside it, under its name with {@code
 * .parts} and {@code .bad-images.txt}.
 *
 * @param path a file, or the folder of an index
 * @param format how it is written
 */
public record EmbeddingTarget(Path path, Format format) {
  /** What programs can read. */
  public enum Format {
    /** Columns {@code path} (string) and {@code vector} (list of float). */
    PARQUET,
    /** Columns {@code path} and one for each value, {@code v0} and so on. */
    CSV,
    /** float32 [n, D], with the paths in a text file beside it, one a line. */
    NPY,
    /** A folder that {@code mto search} searches. */
    INDEX
  }

  /**
   * A file in the format that its ending names.
   *
   * @throws UserException for another ending
   */
  public static EmbeddingTarget file(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    for (Format format : new Format[] {Format.PARQUET, Format.CSV, Format.NPY}) {
      if (name.endsWith("." + format.name().toLowerCase(Locale.ROOT))) {
        return new EmbeddingTarget(path, format);
      }
    }
    throw new UserException(
        "--out " + path + ": the ending says no format; end it in .parquet, .csv or .npy");
  }

  /** The folder of an index. */
  public static EmbeddingTarget index(Path folder) {
    return new EmbeddingTarget(folder, Format.INDEX);
  }

  /** Whether it was finished before. */
  public boolean finished() {
    return format == Format.INDEX ? EmbeddingIndex.present(path) : Files.exists(path);
  }

  /** Whether it was begun and not finished. */
  public boolean begun() {
    return EmbeddingParts.present(parts());
  }

  /**
   * Refuses what could not be written when all is computed.
   *
   * @throws UserException when something else is in its place, or its folder is missing
   */
  public void check() {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UserException(path + ": there is no folder " + folder + "; make it first");
    }
    if (format != Format.INDEX && Files.isDirectory(path)) {
      throw new UserException(path + ": a folder; give the name of a file in it to --out");
    }
    if (format == Format.INDEX && Files.exists(path) && !Files.isDirectory(path)) {
      throw new UserException(path + ": a file; give the name of a folder to --index");
    }
    if (format == Format.INDEX && !EmbeddingIndex.mayFill(path)) {
      throw new UserException(path + ": holds other files; give a folder of its own to --index");
    }
  }

  /** Where the paths of a {@link Format#NPY} file are. */
  public Path paths() {
    return beside(".paths.txt");
  }

  /** Where unreadable images are listed, a line of path, tab and reason. */
  public Path badImages() {
    return beside(".bad-images.txt");
  }

  Path parts() {
    return beside(".parts");
  }

  private Path beside(String ending) {
    return path.resolveSibling(path.getFileName() + ending);
  }

  /** When all is written, the former vectors go before the new paths come: never both together. */
  private void writeNpy(Path vectors, EmbeddingTable table) throws IOException {
    NpyEmbeddings.write(vectors, table);
    AtomicFiles.write(
        paths(),
        temporary -> {
          TextEmbeddings.writePaths(temporary, table);
          Files.deleteIfExists(path);
        });
  }

  /** Writes the rows; whoever finds the file or index finds all of it. */
  void write(EmbeddingTable table) {
    switch (format) {
      case PARQUET ->
          AtomicFiles.write(path, temporary -> ParquetEmbeddings.write(temporary, table));
      case CSV -> AtomicFiles.write(path, temporary -> TextEmbeddings.writeCsv(temporary, table));
      case NPY -> AtomicFiles.write(path, temporary -> writeNpy(temporary, table));
      case INDEX -> EmbeddingIndex.write(path, table);
    }
  }
}
