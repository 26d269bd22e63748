package dev.mto.spark.hadoop;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RemoteIterator;

/** What lies in a folder, as Hadoop hands it out page by page. */
final class HadoopListing implements Iterator<Path> {
  private final HadoopPath folder;
  private final RemoteIterator<FileStatus> all;
  private final DirectoryStream.Filter<? super Path> filter;
  private Path next;

  HadoopListing(
      HadoopPath folder,
      RemoteIterator<FileStatus> all,
      DirectoryStream.Filter<? super Path> filter) {
    this.folder = folder;
    this.all = all;
    this.filter = filter;
  }

  @Override
  public boolean hasNext() {
    try {
      while (next == null && all.hasNext()) {
        Path child = folder.child(all.next());
        next = filter.accept(child) ? child : null;
      }
      return next != null;
    } catch (IOException e) {
      throw new DirectoryIteratorException(HadoopErrors.reading(folder, e));
    }
  }

  @Override
  public Path next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Path given = next;
    next = null;
    return given;
  }
}
