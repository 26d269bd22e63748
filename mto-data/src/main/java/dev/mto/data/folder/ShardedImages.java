package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.format.ImageFormat;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.random.RandomStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.compress.archivers.ArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Images dealt out at random to shards, tar archives as WebDataset has them: of each image the file
 * as it is, {@code 000123456.jpg}, and behind it {@code 000123456.cls} where there are classes. The
 * number is the image's in the order of the source, so that shards are read back in that order. A
 * shard is a pure function of the images, the seed and its number: any can be made by itself, with
 * the same bytes each time. Held are twelve bytes an image, and one image at a time.
 */
public final class ShardedImages implements AutoCloseable {
  private static final int SHARD_DIGITS = 6;
  private static final int MOST_SHARDS = 1_000_000;

  private final List<ImageFolder> sources;
  private final int[] firsts;
  private final List<String> classes;
  private final int[] dealt;
  private final int shards;
  private final long seed;
  private final boolean numbers;

  /**
   * Deals images out.
   *
   * @param sources images, one after the other; all with classes or none
   * @param shards how many, each of as many images as any other or one more
   * @param numbers whether a {@code .cls} has the number of its class, with leading zeros, as
   *     WebDataset's own decoder wants it, instead of its name
   * @throws IllegalArgumentException in one line, if there are too few images or classes are not
   *     clear
   */
  public ShardedImages(List<ImageFolder> sources, int shards, long seed, boolean numbers) {
    this.sources = List.copyOf(sources);
    this.shards = shards;
    this.seed = seed;
    this.numbers = numbers;
    firsts = new int[sources.size() + 1];
    TreeSet<String> names = new TreeSet<>();
    for (int i = 0; i < sources.size(); i++) {
      ImageFolder source = sources.get(i);
      if (source.labelled() != sources.get(0).labelled()) {
        throw new IllegalArgumentException(
            "%s and %s: one has classes and the other has none; give images of one kind"
                .formatted(sources.get(0).root(), source.root()));
      }
      firsts[i + 1] = Math.addExact(firsts[i], source.size());
      names.addAll(source.classes());
    }
    classes = List.copyOf(names);
    classes.forEach(ShardedImages::requireWritable);
    if (shards < 1 || shards > MOST_SHARDS || shards > size()) {
      throw new IllegalArgumentException(
          "the number of shards is %d but must be between 1 and %d, the number of images or a million"
              .formatted(shards, Math.min(MOST_SHARDS, size())));
    }
    dealt = RandomStream.permutation(size(), RandomStream.of(seed, "shards"));
  }

  /** A name that {@link TarScan} reads as it is. */
  private static void requireWritable(String name) {
    if (!name.equals(name.strip())
        || name.matches("(?s).*[\\r\\n].*")
        || name.getBytes(UTF_8).length > TarScan.LONGEST_CLASS) {
      throw new IllegalArgumentException(
          "the class '%s' cannot be written into a .cls: give its folder a name without blanks around it, of one line and at most %d bytes"
              .formatted(name, TarScan.LONGEST_CLASS));
    }
  }

  /** Images of all shards together. */
  public int size() {
    return firsts[sources.size()];
  }

  /** Names of the classes in the order of their numbers; none for images without classes. */
  public List<String> classes() {
    return classes;
  }

  /** What is bad in archives that they come from, and not among them. */
  public List<DatasetReport.BadFile> bad() {
    return sources.stream().flatMap(source -> source.bad().stream()).toList();
  }

  /** Images of one shard. */
  public int size(int shard) {
    return first(shard + 1) - first(shard);
  }

  /** Where the images of one shard lie. */
  public Stream<Path> paths(int shard) {
    return Arrays.stream(dealt, first(shard), first(shard + 1))
        .mapToObj(image -> sources.get(source(image)).path(image - firsts[source(image)]));
  }

  private int first(int shard) {
    return (int) ((long) size() * shard / shards);
  }

  /** The name of a shard's file. */
  public static String fileName(String name, int shard) {
    return String.format(Locale.ROOT, "%s-%0" + SHARD_DIGITS + "d.tar", name, shard);
  }

  /** The name of all files together, as {@link ImageFolder#open} takes it. */
  public static String range(String name, int shards) {
    return fileName(name, 0).replaceFirst("0+\\.tar$", "")
        + String.format(
            Locale.ROOT,
            "{%1$0" + SHARD_DIGITS + "d..%2$0" + SHARD_DIGITS + "d}.tar",
            0,
            shards - 1);
  }

  /** SHA-256 over all that says which bytes the shards have, in hex. */
  public String identity() {
    StringBuilder all = new StringBuilder(shards + " " + seed + " " + numbers + "\n");
    sources.forEach(source -> all.append(source.identity()).append('\n'));
    classes.forEach(name -> all.append(name).append('\n'));
    return DigestUtils.sha256Hex(all.toString());
  }

  /**
   * Writes a shard, and closes nothing.
   *
   * @param bad receives images that cannot be read, are cut short or no images; they are left out
   * @param done is run after each image
   * @throws TooManyBadImagesException if there are more than it allows
   * @throws IllegalArgumentException in one line, if none of the shard's images can be read
   */
  public void write(int shard, OutputStream out, BadImages bad, Runnable done) throws IOException {
    ArchiveOutputStream<TarArchiveEntry> tar = new TarArchiveOutputStream(out, UTF_8.name());
    int written = 0;
    for (int i = first(shard); i < first(shard + 1); i++) {
      int image = dealt[i];
      int source = source(image);
      ImageFolder folder = sources.get(source);
      int index = image - firsts[source];
      try {
        EncodedImage file = folder.read(index, Exif.IGNORE);
        String key = String.format(Locale.ROOT, "%09d", image);
        begin(tar, key + "." + ending(file.format()), file.length());
        file.writeTo(tar);
        tar.closeArchiveEntry();
        if (folder.labelled()) {
          byte[] name = label(folder.classes().get(folder.label(index))).getBytes(UTF_8);
          begin(tar, key + ".cls", name.length);
          tar.write(name);
          tar.closeArchiveEntry();
        }
        written++;
      } catch (UnreadableImageException e) {
        bad.add(folder.path(index), e.getMessage());
      }
      done.run();
    }
    if (written == 0) {
      throw new IllegalArgumentException(
          "none of the %d images of shard %d can be read: ask for fewer shards"
              .formatted(size(shard), shard));
    }
    tar.finish();
  }

  private int source(int image) {
    int source = 0;
    while (image >= firsts[source + 1]) {
      source++;
    }
    return source;
  }

  private String label(String name) {
    int digits = String.valueOf(classes.size() - 1).length();
    return numbers ? String.format(Locale.ROOT, "%0" + digits + "d", classes.indexOf(name)) : name;
  }

  /** Begins a member that says nothing of when it was written; nor of by whom, which is usual. */
  private static void begin(ArchiveOutputStream<TarArchiveEntry> tar, String name, int bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes);
    entry.setModTime(0);
    tar.putArchiveEntry(entry);
  }

  /** Leaves no source open. */
  @Override
  public void close() {
    sources.forEach(ImageFolder::close);
  }

  private static String ending(ImageFormat format) {
    return switch (format) {
      case JPEG -> "jpg";
      case PNG -> "png";
      case TIFF -> "tif";
      case BMP -> "bmp";
      case WEBP -> "webp";
    };
  }
}
