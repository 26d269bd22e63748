package dev.mto.data.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which tar archives a path means. */
final class TarShards {
  private static final Pattern RANGE = Pattern.compile("\\{(\\d{1,9})\\.\\.(\\d{1,9})}");
  private static final Pattern COMPRESSED =
      Pattern.compile("\\.(tar\\.(gz|bz2|xz|zst|lz4|Z)|tgz|tbz2?|txz|tzst)\\z");

  private TarShards() {}

  /**
   * The archives in order: a tar, those of a range like {@code shards-{000..127}.tar}, or those of
   * a folder that holds archives and neither images nor folders. Empty where it is none of these.
   *
   * @throws IllegalArgumentException in one line, if one of a range that has begun is missing or it
   *     is compressed
   */
  static List<Path> of(Path root) {
    String name = root.getFileName() == null ? "" : root.getFileName().toString();
    Matcher range = RANGE.matcher(name);
    if (!Files.exists(root) && isTar(name) && range.find()) {
      return ofRange(root, name, range);
    }
    if (Files.isDirectory(root)) {
      return ofFolder(root);
    }
    if (COMPRESSED.matcher(name).find() && Files.exists(root)) {
      throw new IllegalArgumentException(
          root
              + " is compressed, so that its images cannot be read one by one: uncompress it"
              + " (gunzip, unxz, zstd -d); the images are compressed in themselves");
    }
    return isTar(name) && Files.exists(root) ? List.of(root) : List.of();
  }

  /** The archives that hold {@code image}, as a path within one, and the root of them; or null. */
  static Path rootOf(Path image) {
    for (Path above = image.getParent(); above != null; above = above.getParent()) {
      if (!of(above).isEmpty()) {
        return above;
      }
    }
    return null;
  }

  private static List<Path> ofRange(Path root, String name, Matcher range) {
    long first = Long.parseLong(range.group(1));
    long last = Long.parseLong(range.group(2));
    List<Path> shards = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      String number = String.format(Locale.ROOT, "%0" + range.group(1).length() + "d", i);
      Path shard =
          root.resolveSibling(
              name.substring(0, range.start()) + number + name.substring(range.end()));
      if (!Files.isRegularFile(shard) && shards.isEmpty()) {
        return List.of();
      }
      if (!Files.isRegularFile(shard)) {
        throw new IllegalArgumentException(
            shard + " does not exist, but is one of " + root + ": check the range");
      }
      shards.add(shard);
    }
    return shards;
  }

  private static List<Path> ofFolder(Path root) {
    List<Path> shards = new ArrayList<>();
    try (Stream<Path> entries = Files.list(root)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        String name = entry.getFileName().toString();
        if (name.startsWith(".")) {
          continue;
        }
        if (Files.isDirectory(entry)) {
          return List.of();
        }
        if (isTar(name)) {
          shards.add(entry);
        } else if (FileKind.isImage(entry)) {
          return List.of();
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the folder " + root + ": " + e, e);
    }
    shards.sort(null);
    return shards;
  }

  private static boolean isTar(String name) {
    return name.endsWith(".tar");
  }
}
