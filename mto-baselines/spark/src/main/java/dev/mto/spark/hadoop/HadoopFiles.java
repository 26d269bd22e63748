package dev.mto.spark.hadoop;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.permission.FsAction;

/**
 * Reads files and folders of Hadoop's file systems of one scheme; {@link RemoteFolder} writes. What
 * a listing says of a file is not asked for again: of a million images that saves a million
 * questions.
 */
final class HadoopFiles extends FileSystemProvider {
  private final String scheme;

  HadoopFiles(String scheme) {
    this.scheme = scheme;
  }

  @Override
  public String getScheme() {
    return scheme;
  }

  private static HadoopPath own(Path path) {
    return (HadoopPath) path.toAbsolutePath();
  }

  private static org.apache.hadoop.fs.FileSystem hadoop(HadoopPath path) {
    return path.getFileSystem().hadoop();
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    if (!Set.of(StandardOpenOption.READ).containsAll(options)) {
      throw new ReadOnlyFileSystemException();
    }
    HadoopPath file = own(path);
    try {
      return new HadoopChannel(file, hadoop(file).open(file.hadoop()));
    } catch (IOException e) {
      throw HadoopErrors.reading(file, e);
    }
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    HadoopPath folder = own(path);
    if (!status(folder).isDirectory()) {
      throw new NotDirectoryException(folder.toString());
    }
    try {
      return new Folder(
          new HadoopListing(folder, hadoop(folder).listStatusIterator(folder.hadoop()), filter));
    } catch (IOException e) {
      throw HadoopErrors.reading(folder, e);
    }
  }

  private record Folder(Iterator<Path> iterator) implements DirectoryStream<Path> {
    @Override
    public void close() {}
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class) {
      throw new UnsupportedOperationException(path + " has basic attributes alone");
    }
    return type.cast(new HadoopAttributes(status(own(path))));
  }

  private static FileStatus status(HadoopPath path) throws IOException {
    if (path.listed() != null) {
      return path.listed();
    }
    try {
      return hadoop(path).getFileStatus(path.hadoop());
    } catch (IOException e) {
      throw HadoopErrors.reading(path, e);
    }
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    HadoopPath file = own(path);
    status(file);
    for (AccessMode mode : modes) {
      FsAction action =
          switch (mode) {
            case READ -> FsAction.READ;
            case WRITE -> FsAction.WRITE;
            case EXECUTE -> FsAction.EXECUTE;
          };
      try {
        hadoop(file).access(file.hadoop(), action);
      } catch (IOException e) {
        throw HadoopErrors.reading(file, e);
      }
    }
  }

  @Override
  public FileStore getFileStore(Path path) {
    return new HadoopStore(own(path));
  }

  @Override
  public boolean isSameFile(Path path, Path other) {
    return path.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
  }

  @Override
  public boolean isHidden(Path path) {
    return path.getFileName() != null && path.getFileName().toString().startsWith(".");
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
    throw new UnsupportedOperationException(path + " has no attributes by name");
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("addresses become paths by dev.mto.data.storage");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException("addresses become paths by dev.mto.data.storage");
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException("addresses become paths by dev.mto.data.storage");
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void delete(Path path) {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new ReadOnlyFileSystemException();
  }
}
