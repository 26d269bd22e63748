package dev.mto.spark.hadoop;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** One of Hadoop's file systems, for reading. It stays open as long as the process. */
final class HadoopFileSystem extends FileSystem {
  private final String address;
  private final org.apache.hadoop.fs.FileSystem hadoop;
  private final Configuration configuration;
  private final HadoopFiles files;

  /**
   * Around a connection.
   *
   * @param address scheme and authority, without a path
   */
  HadoopFileSystem(
      String address, org.apache.hadoop.fs.FileSystem hadoop, Configuration configuration) {
    this.address = address;
    this.hadoop = hadoop;
    this.configuration = configuration;
    this.files = new HadoopFiles(address.substring(0, address.indexOf(':')));
  }

  String address() {
    return address;
  }

  String scheme() {
    return files.getScheme();
  }

  org.apache.hadoop.fs.FileSystem hadoop() {
    return hadoop;
  }

  Configuration configuration() {
    return configuration;
  }

  HadoopPath path(String path) {
    return HadoopPath.of(this, path);
  }

  @Override
  public FileSystemProvider provider() {
    return files;
  }

  /** Other programs use the connection too. */
  @Override
  public void close() {
    throw new UnsupportedOperationException(address + " stays open");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(path("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    return path(more.length == 0 ? first : first + "/" + String.join("/", more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException(address + " has no patterns");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException(address + " has no users here");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException(address + " cannot be watched");
  }

  @Override
  public String toString() {
    return address;
  }
}
