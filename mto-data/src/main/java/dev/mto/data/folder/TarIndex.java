package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.storage.Locations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Where the images of tar archives lie, and these images. Mapped from a file that is kept beside
 * the archives or in the user's cache (a mark, SHA-256 of what follows, and {@link TarRecords}),
 * and made anew where an archive's size or time has changed or the file is damaged. Immutable; read
 * by any number of threads.
 */
final class TarIndex implements Members {
  private static final byte[] MARK = "MTO tar 4\n".getBytes(UTF_8);
  private static final int DIGEST_BYTES = 32;

  /** Blocks of an archive that are counted. */
  private static final long MOST_BLOCKS = 1L << Integer.SIZE;

  private final List<Path> shards;
  private final OpenArchives open;
  private final TarRecords records;

  private TarIndex(List<Path> shards, TarRecords records) {
    this.shards = shards;
    this.open = new OpenArchives(shards);
    this.records = records;
  }

  /**
   * The index of archives: the kept one, or one that is made now and kept.
   *
   * @throws IllegalArgumentException in one line, if they are no archives or hold no image
   * @throws java.io.UncheckedIOException if their storage fails
   */
  static TarIndex of(Path root, List<Path> shards) {
    return of(root, shards, null);
  }

  /**
   * As {@link #of(Path, List)}.
   *
   * @param folder where it is kept; null for the usual places
   * @throws IllegalArgumentException also if it cannot be kept there
   */
  static TarIndex of(Path root, List<Path> shards, Path folder) {
    List<Path> places = folder == null ? places(root) : List.of(folder.resolve(name(root)));
    try {
      List<String> states = new ArrayList<>();
      for (Path shard : shards) {
        BasicFileAttributes is = Files.readAttributes(shard, BasicFileAttributes.class);
        requireCountable(shard, is.size());
        states.add(shard.getFileName() + " " + is.size() + " " + is.lastModifiedTime().toMillis());
      }
      for (Path file : places) {
        TarIndex kept = kept(file, shards, states);
        if (kept != null) {
          return kept;
        }
      }
      TarScan scan = TarScan.of(root, shards);
      TarRecords.requireCountable(root, scan.images());
      byte[] content = TarRecords.content(scan, states);
      for (Path file : places) {
        if (save(content, file)) {
          TarIndex kept = kept(file, shards, states);
          if (kept != null) {
            return kept;
          }
        }
      }
      if (folder != null) {
        throw new IllegalArgumentException(
            "%s: where the images of %s lie cannot be kept there: name a folder that can be written to"
                .formatted(folder, root));
      }
      return new TarIndex(shards, TarRecords.read(ByteBuffer.wrap(content)));
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + root + ": " + e, e);
    }
  }

  private static void requireCountable(Path shard, long bytes) {
    if (bytes / TarRecords.BLOCK >= MOST_BLOCKS) {
      throw new IllegalArgumentException(
          "%s has more than %d TiB: give it as several archives"
              .formatted(shard, (MOST_BLOCKS * TarRecords.BLOCK) >> 40));
    }
  }

  @Override
  public List<String> classes() {
    return records.header().classes();
  }

  String identity() {
    return records.header().identity();
  }

  @Override
  public Optional<String> readAs() {
    return Optional.of(records.header().readAs());
  }

  LeftOut leftOut() {
    return records.header().leftOut();
  }

  @Override
  public List<DatasetReport.BadFile> bad() {
    return records.header().bad().stream()
        .map(
            bad ->
                new DatasetReport.BadFile(shards.get(bad.shard()) + "/" + bad.name(), bad.reason()))
        .toList();
  }

  @Override
  public int size() {
    return records.header().images();
  }

  @Override
  public String path(int index) {
    return records.header().classes().isEmpty()
        ? name(index)
        : records.header().classes().get(label(index)) + "/" + name(index);
  }

  /** Name within its class, or among all without classes. */
  String name(int index) {
    return records.name(index);
  }

  @Override
  public int label(int index) {
    return records.label(index);
  }

  @Override
  public int archives() {
    return shards.size();
  }

  @Override
  public int archive(int index) {
    return records.archive(index);
  }

  @Override
  public long block(int index) {
    return records.block(index);
  }

  /** Bytes of an image. */
  int length(int index) {
    return records.length(index);
  }

  @Override
  public byte[] bytes(int index, Path path) throws UnreadableImageException {
    Path shard = shards.get(archive(index));
    long offset = TarRecords.BLOCK * block(index);
    EncodedImage.requireSize(length(index));
    byte[] bytes = new byte[length(index)];
    try {
      if (!open.fill(ByteBuffer.wrap(bytes), archive(index), offset)) {
        throw new UnreadableImageException("cut short: " + shard + " ends before it does");
      }
    } catch (NoSuchFileException e) {
      throw new UnreadableImageException(shard + " is gone");
    } catch (UnreadableImageException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreadableImageException(shard + " cannot be read: " + e.getMessage());
    }
    return bytes;
  }

  @Override
  public void close() {
    open.close();
  }

  /**
   * The image of that name, or -1.
   *
   * @param path class and name, or the name alone where there are no classes
   */
  int find(String path) {
    int slash = records.header().classes().isEmpty() ? -1 : path.indexOf('/');
    String name = path.substring(slash + 1);
    int label = slash < 0 ? -1 : records.header().classes().indexOf(path.substring(0, slash));
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Integer.compare(label(middle), label);
      order = order == 0 ? name(middle).compareTo(name) : order;
      if (order == 0) {
        return middle;
      }
      low = order < 0 ? middle + 1 : low;
      high = order > 0 ? middle - 1 : high;
    }
    return -1;
  }

  /**
   * Beside the archives where the system has them, or where a user's programs keep what can be made
   * again.
   */
  private static List<Path> places(Path root) {
    Path absolute = root.toAbsolutePath().normalize();
    Path beside =
        Files.isDirectory(absolute)
            ? absolute.resolve("shards.index")
            : absolute.resolveSibling(absolute.getFileName() + ".index");
    String cache = System.getenv("XDG_CACHE_HOME");
    Path home =
        cache != null && Path.of(cache).isAbsolute()
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home"), ".cache");
    Path kept = home.resolve("mto").resolve("index").resolve(name(root));
    return Locations.isOfSystem(root) ? List.of(beside, kept) : List.of(kept);
  }

  /** A name of its own for each place. */
  private static String name(Path root) {
    Path absolute = root.toAbsolutePath().normalize();
    return DigestUtils.sha256Hex(absolute.toString()).substring(0, 32);
  }

  /** The index that a file holds, or null where there is none of these archives as they are. */
  private static TarIndex kept(Path file, List<Path> shards, List<String> states) {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      byte[] mark = new byte[MARK.length];
      byte[] digest = new byte[DIGEST_BYTES];
      if (all.remaining() < mark.length + digest.length) {
        return null;
      }
      all.get(mark).get(digest);
      MessageDigest sha256 = DigestUtils.getSha256Digest();
      sha256.update(all.slice());
      if (!Arrays.equals(mark, MARK) || !MessageDigest.isEqual(digest, sha256.digest())) {
        return null;
      }
      TarRecords records = TarRecords.read(all.slice());
      return records.header().shards().equals(states) && records.isWithin(shards.size())
          ? new TarIndex(shards, records)
          : null;
    } catch (IOException | RuntimeException e) {
      return null; // it is made anew
    }
  }

  private static boolean save(byte[] content, Path file) {
    Path partial = file.resolveSibling(file.getFileName() + "." + System.nanoTime() + ".tmp");
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel out =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (ByteBuffer part :
            List.of(
                ByteBuffer.wrap(MARK),
                ByteBuffer.wrap(DigestUtils.sha256(content)),
                ByteBuffer.wrap(content))) {
          while (part.hasRemaining()) {
            out.write(part);
          }
        }
        out.force(true);
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      try {
        Files.deleteIfExists(partial);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      return false; // elsewhere, or in memory alone
    }
  }
}
