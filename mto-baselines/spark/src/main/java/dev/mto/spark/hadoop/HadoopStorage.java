package dev.mto.spark.hadoop;

import dev.mto.data.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import scala.Tuple2;

/**
 * Paths of all file systems that Hadoop knows by the configuration that Spark hands out. Where
 * Hadoop is not on the class path there are none: the archive has a few classes of its names for
 * reading Parquet, but not that one.
 */
public final class HadoopStorage implements Storage {
  private static final String HADOOP = "org.apache.hadoop.fs.FilterFileSystem";

  @Override
  public Optional<Path> path(String scheme, String authority, String path) {
    try {
      Class.forName(HADOOP, false, HadoopStorage.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.empty();
    }
    return Optional.of(FileSystems.of(scheme, authority).path(path));
  }

  /** Loaded where Hadoop is there. */
  private static final class FileSystems {
    private static final Map<String, HadoopFileSystem> OPEN = new ConcurrentHashMap<>();

    /** One connection for all paths of a process. */
    static HadoopFileSystem of(String scheme, String authority) {
      String address = scheme + "://" + authority;
      try {
        return OPEN.computeIfAbsent(address, missing -> open(scheme, authority, address));
      } catch (UncheckedIOException e) {
        throw new IllegalArgumentException(
            "%s: cannot be reached (%s); check host, port and fs.%s settings (spark.hadoop.*)"
                .formatted(address, HadoopErrors.reason(e.getCause()), scheme),
            e);
      }
    }

    private static HadoopFileSystem open(String scheme, String authority, String address) {
      Configuration configuration = configuration();
      try {
        FileSystem.getFileSystemClass(scheme, configuration);
      } catch (UnsupportedFileSystemException e) {
        throw new IllegalArgumentException(
            "%s: Hadoop has no file system for %s://; put its jar (hadoop-aws and the AWS SDK for s3a) into the folder jars of Spark on all machines"
                .formatted(address, scheme),
            e);
      } catch (IOException | RuntimeException e) {
        throw new IllegalArgumentException(
            "%s: Hadoop's file system for %s:// cannot be loaded (%s); put its jars of Spark's version of Hadoop into the folder jars of Spark on all machines"
                .formatted(address, scheme, e),
            e);
      }
      try {
        URI root = new URI(scheme, authority.isEmpty() ? null : authority, "/", null, null);
        return new HadoopFileSystem(
            address, FileSystem.newInstance(root, configuration), configuration);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(address + ": is no address: " + e.getMessage(), e);
      } catch (IOException e) {
        throw new UncheckedIOException(address, e);
      } catch (IllegalArgumentException e) { // an unknown host, a key that is missing
        throw new UncheckedIOException(address, new IOException(e.getMessage(), e));
      }
    }

    /** Hadoop's own files of configuration, and over them what Spark was given for it. */
    private static Configuration configuration() {
      SparkEnv spark = SparkEnv.get(); // null before the context of the driver is made
      SparkConf conf = spark == null ? new SparkConf() : spark.conf();
      Configuration configuration = new Configuration();
      for (Tuple2<String, String> setting : conf.getAllWithPrefix("spark.hadoop.")) {
        configuration.set(setting._1(), setting._2());
      }
      return configuration;
    }
  }
}
