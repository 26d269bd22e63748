package dev.mto.spark.hadoop;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import org.apache.hadoop.fs.FsStatus;

/** The room that a file system has; object storage has as much as anybody asks for. */
final class HadoopStore extends FileStore {
  private static final long MUCH = Long.MAX_VALUE / 2; // something can be added to it

  private final HadoopPath path;

  HadoopStore(HadoopPath path) {
    this.path = path;
  }

  private FsStatus status() throws IOException {
    try {
      return path.getFileSystem().hadoop().getStatus(path.hadoop());
    } catch (IOException e) {
      throw HadoopErrors.reading(path, e);
    }
  }

  @Override
  public long getTotalSpace() throws IOException {
    return Math.min(MUCH, status().getCapacity());
  }

  @Override
  public long getUsableSpace() throws IOException {
    return Math.min(MUCH, status().getRemaining());
  }

  @Override
  public long getUnallocatedSpace() throws IOException {
    return getUsableSpace();
  }

  @Override
  public String name() {
    return path.getFileSystem().address();
  }

  @Override
  public String type() {
    return path.getFileSystem().scheme();
  }

  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return false;
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return false;
  }

  @Override
  public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
    return null;
  }

  @Override
  public Object getAttribute(String attribute) {
    throw new UnsupportedOperationException(name() + " has no attributes");
  }
}
