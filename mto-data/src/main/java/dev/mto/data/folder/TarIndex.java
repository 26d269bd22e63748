package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.storage.Locations;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
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
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Where the images of tar archives lie, sixteen bytes an image and their names, mapped from a file
 * that is kept beside the archives or in the user's cache, and made anew where an archive's size or
 * time has changed or the file is damaged. Immutable; read by any number of threads.
 *
 * <p>The file: a mark, SHA-256 of what follows; the archives with sizes and times, classes,
 * identity, what they were read as, what was left out and which members count as bad images; four
 * integers an image (archive, offset in blocks without a sign, bytes, class); where each name
 * begins, and the names.
 */
final class TarIndex implements Members {
  /** Bytes of a block: all members begin at multiples of it. */
  static final int BLOCK = 512;

  private static final byte[] MARK = "MTO tar 3\n".getBytes(UTF_8);
  private static final int DIGEST_BYTES = 32;

  /** Blocks of an archive that are counted. */
  private static final long MOST_BLOCKS = 1L << Integer.SIZE;

  private static final int RECORD = 4 * Integer.BYTES;

  private final List<Path> shards;
  private final OpenArchives open;
  private final Header header;
  private final ByteBuffer records;
  private final ByteBuffer starts;
  private final ByteBuffer names;

  /**
   * What is known of all images together.
   *
   * @param shards size and time of each archive
   * @param classes in order; empty where there are none
   * @param identity SHA-256 over names and sizes, as that of a folder of the same files
   * @param readAs what the archives were taken for
   * @param bad members that count as images which cannot be read
   * @param images how many
   */
  private record Header(
      List<String> shards,
      List<String> classes,
      String identity,
      String readAs,
      LeftOut leftOut,
      List<TarScan.Bad> bad,
      int images) {}

  /** The contents of an index file behind mark and checksum, in two parts. */
  private TarIndex(List<Path> shards, Header header, ByteBuffer arrays) {
    this.shards = shards;
    this.open = new OpenArchives(shards);
    this.header = header;
    int first = header.images() * RECORD;
    int second = (header.images() + 1) * Integer.BYTES;
    this.records = arrays.slice(arrays.position(), first);
    this.starts = arrays.slice(arrays.position() + first, second);
    int length = starts.getInt(header.images() * Integer.BYTES);
    this.names = arrays.slice(arrays.position() + first + second, length);
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
        states.add(
            "%s %d %d".formatted(shard.getFileName(), is.size(), is.lastModifiedTime().toMillis()));
      }
      for (Path file : places) {
        TarIndex kept = kept(file, shards, states);
        if (kept != null) {
          return kept;
        }
      }
      TarScan scan = TarScan.of(root, shards);
      requireCountable(root, scan.images());
      byte[] content = content(scan, states);
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
      return read(shards, ByteBuffer.wrap(content));
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + root + ": " + e, e);
    }
  }

  private static void requireCountable(Path shard, long bytes) {
    if (bytes / BLOCK >= MOST_BLOCKS) {
      throw new IllegalArgumentException(
          "%s has more than %d TiB: give it as several archives"
              .formatted(shard, (MOST_BLOCKS * BLOCK) >> 40));
    }
  }

  private static void requireCountable(Path root, List<TarScan.Image> images) {
    long bytes = 0;
    for (TarScan.Image image : images) {
      bytes += RECORD + Integer.BYTES + image.name().getBytes(UTF_8).length;
    }
    if (bytes > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException(
          "%s: where its %d images lie would take %d MB, more than an index can have: give fewer archives, or names that are shorter"
              .formatted(root, images.size(), bytes >> 20));
    }
  }

  @Override
  public List<String> classes() {
    return header.classes();
  }

  String identity() {
    return header.identity();
  }

  @Override
  public Optional<String> readAs() {
    return Optional.of(header.readAs());
  }

  LeftOut leftOut() {
    return header.leftOut();
  }

  @Override
  public List<DatasetReport.BadFile> bad() {
    return header.bad().stream()
        .map(
            bad ->
                new DatasetReport.BadFile(shards.get(bad.shard()) + "/" + bad.name(), bad.reason()))
        .toList();
  }

  @Override
  public int size() {
    return header.images();
  }

  @Override
  public String path(int index) {
    return header.classes().isEmpty()
        ? name(index)
        : header.classes().get(label(index)) + "/" + name(index);
  }

  /** Name within its class, or among all without classes. */
  String name(int index) {
    int from = starts.getInt(index * Integer.BYTES);
    byte[] name = new byte[starts.getInt((index + 1) * Integer.BYTES) - from];
    names.get(from, name);
    return new String(name, UTF_8);
  }

  @Override
  public int label(int index) {
    return header.classes().isEmpty() ? -1 : records.getInt(index * RECORD + 3 * Integer.BYTES);
  }

  @Override
  public int archives() {
    return shards.size();
  }

  @Override
  public int archive(int index) {
    return records.getInt(index * RECORD);
  }

  @Override
  public long block(int index) {
    return Integer.toUnsignedLong(records.getInt(index * RECORD + Integer.BYTES));
  }

  /** Bytes of an image. */
  int length(int index) {
    return records.getInt(index * RECORD + 2 * Integer.BYTES);
  }

  @Override
  public byte[] bytes(int index, Path path) throws UnreadableImageException {
    Path shard = shards.get(archive(index));
    long offset = BLOCK * block(index);
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
    int slash = header.classes().isEmpty() ? -1 : path.indexOf('/');
    String name = path.substring(slash + 1);
    int label = slash < 0 ? -1 : header.classes().indexOf(path.substring(0, slash));
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
      TarIndex index = read(shards, all.slice());
      return index.header.shards().equals(states) && index.isWithinBounds() ? index : null;
    } catch (IOException | RuntimeException e) {
      return null; // it is made anew
    }
  }

  /** Whether no number leads out of the archives, classes or names, as a forged file's could. */
  private boolean isWithinBounds() {
    for (int i = 0; i < size(); i++) {
      int shard = records.getInt(i * RECORD);
      if (shard < 0
          || shard >= shards.size()
          || length(i) < 0
          || label(i) >= header.classes().size()
          || label(i) < (header.classes().isEmpty() ? -1 : 0)
          || starts.getInt(i * Integer.BYTES) > starts.getInt((i + 1) * Integer.BYTES)) {
        return false;
      }
    }
    return starts.getInt(0) == 0
        && header.bad().stream().allMatch(bad -> bad.shard() >= 0 && bad.shard() < shards.size());
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

  private static byte[] content(TarScan scan, List<String> states) throws IOException {
    List<TarScan.Image> images = scan.images();
    List<String> classes = images.stream().map(TarScan.Image::group).distinct().toList();
    if (classes.equals(List.of(""))) {
      classes = List.of();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    write(out, states);
    write(out, classes);
    write(out, identity(images));
    write(out, scan.readAs());
    LeftOut leftOut = scan.leftOut();
    write(out, List.copyOf(leftOut.byEnding().keySet()));
    for (int count : leftOut.byEnding().values()) {
      out.writeInt(count);
    }
    out.writeInt(leftOut.hidden());
    out.writeInt(leftOut.systemFolders());
    out.writeInt(scan.bad().size());
    for (TarScan.Bad bad : scan.bad()) {
      out.writeInt(bad.shard());
      write(out, bad.name());
      write(out, bad.reason());
    }
    out.writeInt(images.size());
    int label = -1;
    String group = null;
    for (TarScan.Image image : images) {
      label += image.group().equals(group) ? 0 : 1;
      group = image.group();
      out.writeInt(image.shard());
      out.writeInt((int) (image.offset() / BLOCK));
      out.writeInt(image.bytes());
      out.writeInt(label);
    }
    int start = 0;
    for (TarScan.Image image : images) {
      out.writeInt(start);
      start += image.name().getBytes(UTF_8).length;
    }
    out.writeInt(start);
    for (TarScan.Image image : images) {
      out.write(image.name().getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static String identity(List<TarScan.Image> images) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (TarScan.Image image : images) {
      String prefix = image.group().isEmpty() ? "" : image.group() + "/";
      digest.update((prefix + image.name() + "\0" + image.bytes() + "\n").getBytes(UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static TarIndex read(List<Path> shards, ByteBuffer content) {
    List<String> states = strings(content);
    List<String> classes = strings(content);
    String identity = string(content);
    String readAs = string(content);
    Map<String, Integer> byEnding = new LinkedHashMap<>();
    strings(content).forEach(ending -> byEnding.put(ending, 0));
    byEnding.replaceAll((ending, none) -> content.getInt());
    LeftOut leftOut = new LeftOut(byEnding, content.getInt(), content.getInt(), List.of());
    List<TarScan.Bad> bad = new ArrayList<>();
    for (int left = content.getInt(); left > 0; left--) {
      bad.add(new TarScan.Bad(content.getInt(), string(content), string(content)));
    }
    return new TarIndex(
        shards,
        new Header(states, classes, identity, readAs, leftOut, bad, content.getInt()),
        content);
  }

  private static void write(DataOutputStream out, List<String> strings) throws IOException {
    out.writeInt(strings.size());
    for (String string : strings) {
      write(out, string);
    }
  }

  private static void write(DataOutputStream out, String string) throws IOException {
    byte[] bytes = string.getBytes(UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static List<String> strings(ByteBuffer content) {
    List<String> strings = new ArrayList<>();
    for (int left = content.getInt(); left > 0; left--) {
      strings.add(string(content));
    }
    return strings;
  }

  private static String string(ByteBuffer content) {
    byte[] bytes = new byte[content.getInt()];
    content.get(bytes);
    return new String(bytes, UTF_8);
  }
}
