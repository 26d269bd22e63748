package dev.mto.models.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A weight file that cannot be read: missing, damaged, hostile or of an unknown kind. */
public final class WeightFileException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST = 1000;

  /** One line: which file and what is wrong with it. */
  public WeightFileException(String message) {
    this(message, null);
  }

  /** One line: which file and what is wrong with it. */
  public WeightFileException(String message, Throwable cause) {
    super(printable(message), cause);
  }

  /** Text that may come from the file: without control characters, and not too long. */
  private static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + " …";
  }

  /** What to throw where reading a file failed. */
  static WeightFileException of(Path file, IOException cause) {
    return new WeightFileException(file + ": " + problem(cause), cause);
  }

  private static String problem(IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (cause instanceof AccessDeniedException) {
      return "cannot be read (permission denied)";
    }
    if (cause instanceof EOFException) {
      return "ends early";
    }
    String reason =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return "cannot be read (" + reason + ")";
  }

  static WeightFileException of(Path file, String problem) {
    return new WeightFileException(file + ": " + problem);
  }
}
