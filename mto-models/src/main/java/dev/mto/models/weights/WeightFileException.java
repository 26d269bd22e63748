package dev.mto.models.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A weight file that is damaged, hostile or of a kind that cannot be read. */
public final class WeightFileException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** One line: which file and what is wrong with it. */
  public WeightFileException(String message) {
    super(message);
  }

  /** One line: which file and what is wrong with it. */
  public WeightFileException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What to throw where reading a file failed. */
  static RuntimeException of(Path file, IOException cause) {
    return cause instanceof NoSuchFileException
        ? new WeightFileException(file + ": there is no such file", cause)
        : new UncheckedIOException(file + ": cannot be read", cause);
  }

  static WeightFileException of(Path file, String problem) {
    return new WeightFileException(file + ": " + problem);
  }
}
