package dev.mto.engine.errors;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * A file that could not be read or written. The message is one line: which file, what was done with
 * it, and the system's reason. An unreadable file is the user's to put right and ends the command
 * line with code 2; one that cannot be written, as on a full disk, with code 1.
 */
public final class FileException extends UncheckedIOException {
  private static final long serialVersionUID = 1L;

  private final boolean reading;

  private FileException(String message, IOException cause, boolean reading) {
    super(message, cause);
    this.reading = reading;
  }

  /** A file or folder that cannot be read. */
  public static FileException reading(Path file, IOException cause) {
    return new FileException(file + ": cannot be read (" + reason(cause) + ")", cause, true);
  }

  /** A file or folder that cannot be written; writing is atomic, so that the old one stays. */
  public static FileException writing(Path file, IOException cause) {
    return new FileException(
        file + ": cannot be written (" + reason(cause) + "); what was saved before is kept",
        cause,
        false);
  }

  /** Whether the file was to be read. */
  public boolean reading() {
    return reading;
  }

  /** Why, in words, without the file's name. */
  public static String reason(IOException cause) {
    if (cause instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    if (cause instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof NotDirectoryException) {
      return "not a folder";
    }
    if (cause instanceof FileAlreadyExistsException) {
      return "it exists already";
    }
    if (cause instanceof DirectoryNotEmptyException) {
      return "the folder is not empty";
    }
    if (cause instanceof EOFException) {
      return "it ends too early";
    }
    String message = cause.getMessage();
    return message == null || cause instanceof FileSystemException
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }
}
