package dev.mto.data.storage;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The one place where the names of folders and archives become paths. */
public final class Locations {
  /** A scheme of one letter would be a drive of Windows. */
  private static final Pattern ADDRESS =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+)://([^/]*)(/.*)?", Pattern.DOTALL);

  /** What Hadoop's own commands take for an address, and the system for a folder of that name. */
  private static final Pattern ONE_SLASH = Pattern.compile("([a-z][a-z0-9+.-]+):/[^/].*");

  private static final String FILE = "file";

  private Locations() {}

  /** Whether a name is an address, as {@code s3a://bucket/images}, and no path of the system. */
  public static boolean isAddress(String name) {
    return name.contains("://") && ADDRESS.matcher(name).matches();
  }

  /** Whether a path is one of the system's, of which all programs can read and write the files. */
  public static boolean isOfSystem(Path path) {
    return path.getFileSystem() == FileSystems.getDefault();
  }

  /**
   * The path that a name means; its {@code toString} means the same path.
   *
   * @throws IllegalArgumentException in one line, if it is half an address, or one that nothing
   *     here reads
   */
  public static Path path(String name) {
    Matcher address = ADDRESS.matcher(name);
    Matcher oneSlash = ONE_SLASH.matcher(name);
    if (oneSlash.matches()) {
      throw new IllegalArgumentException(
          "%s: write an address with two slashes, as %s://HOST/..., or a folder of that name as ./%s"
              .formatted(name, oneSlash.group(1), name));
    }
    if (!name.contains("://") || !address.matches()) {
      return Path.of(name);
    }
    String scheme = address.group(1).toLowerCase(Locale.ROOT);
    String path = address.group(3) == null ? "/" : address.group(3);
    if (scheme.equals(FILE) && address.group(2).isEmpty()) {
      return Path.of(path);
    }
    for (Storage storage : Found.STORAGES) {
      Optional<Path> found = storage.path(scheme, address.group(2), path);
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new IllegalArgumentException(
        "%s: nothing here reads %s://; that is read by trainings and data shard on a Spark cluster (spark-submit, or --cluster with SPARK_HOME), all else takes folders and archives of this machine"
            .formatted(name, scheme));
  }

  /** Looked for when the first address is asked for, and once. */
  private static final class Found {
    static final List<Storage> STORAGES =
        ServiceLoader.load(Storage.class).stream().map(ServiceLoader.Provider::get).toList();
  }
}
