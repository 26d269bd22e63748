package dev.mto.spark.hadoop;

import dev.mto.engine.errors.FileException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.apache.hadoop.fs.PathIsNotDirectoryException;
import org.apache.hadoop.security.AccessControlException;

/**
 * Hadoop's errors as Java has them. What is wrong with a file is an {@link IOException}; a storage
 * that does not answer or lets nobody read is a {@link FileException}, which nobody takes for a
 * damaged image, so that the worker ends.
 */
final class HadoopErrors {
  private HadoopErrors() {}

  /**
   * What to throw where something was read.
   *
   * @throws FileException where it is not the file's fault
   */
  static IOException reading(Path path, IOException e) {
    if (e instanceof FileNotFoundException) {
      return caused(new NoSuchFileException(path.toString()), e);
    }
    if (e instanceof AccessControlException || e instanceof AccessDeniedException) {
      throw FileException.reading(
          path, caused(new AccessDeniedException(path.toString(), null, reason(e)), e));
    }
    if (e instanceof PathIsNotDirectoryException) {
      return caused(new NotDirectoryException(path.toString()), e);
    }
    if (e instanceof EOFException) {
      return e;
    }
    throw FileException.reading(path, new IOException(reason(e), e));
  }

  /** The first line of what Hadoop says. */
  static String reason(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName()
        : message.lines().findFirst().orElse("");
  }

  private static <E extends IOException> E caused(E e, IOException cause) {
    e.initCause(cause);
    return e;
  }
}
