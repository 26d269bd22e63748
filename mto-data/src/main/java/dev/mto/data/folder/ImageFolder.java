package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Images in a stable order: those below a folder, or in tar archives as if these were unpacked.
 * They lie in class folders as ImageNet has them (label = rank of the folder's name; folders inside
 * a class folder belong to the class), or without labels directly in the folder. Holds names only,
 * about 70 bytes an image, of archives 16 bytes. Immutable.
 *
 * <p>Archives of other storage than the system's stay open from one image to the next until this is
 * closed.
 */
public final class ImageFolder implements AutoCloseable {
  private final Path root;
  private final Members members;
  private final List<String> classes;
  private final int[] ranks;
  private final int[] chosen;
  private final String identity;
  private final LeftOut leftOut;

  ImageFolder(Path root, Members members, String identity, LeftOut leftOut) {
    this(root, members, members.classes(), null, identity, leftOut);
  }

  /**
   * Some of the members.
   *
   * @param classes those of the labels, with the members' among them; empty for no labels
   * @param chosen numbers of members in order; null for all
   */
  private ImageFolder(
      Path root,
      Members members,
      List<String> classes,
      int[] chosen,
      String identity,
      LeftOut leftOut) {
    this.root = root;
    this.members = members;
    this.classes = List.copyOf(classes);
    this.ranks = members.classes().stream().mapToInt(classes::indexOf).toArray();
    this.chosen = chosen;
    this.identity = identity;
    this.leftOut = leftOut;
  }

  /**
   * Lists the JPEG, PNG, TIFF, BMP and WebP files below {@code root}, by the ending of their name,
   * in any case, or by their first bytes where the ending says nothing; hidden files and folders,
   * and folders that systems make for themselves, are left out, links are followed. A folder
   * without an image is no class. {@link #leftOut()} counts what is not listed.
   *
   * <p>Also those in a tar archive, in a range of archives such as {@code shards-{000..127}.tar},
   * or in a folder of archives alone: by the names of their members, archives within an archive
   * being read as folders, or by WebDataset's {@code KEY.cls}. In a folder of archives that are a
   * class each, as {@code n01440764.tar} of ImageNet, they are class folders. Where they lie is
   * kept in a file beside them, {@code NAME.index}, or in the user's cache.
   *
   * @throws IllegalArgumentException in one line, if it is missing, has no image, or holds images
   *     both directly and in class folders
   */
  public static ImageFolder open(Path root) {
    return open(root, null);
  }

  /**
   * As {@link #open(Path)}.
   *
   * @param indexes folder in which is kept where images lie in archives, made if it is missing;
   *     null for the usual places
   * @throws IllegalArgumentException also if nothing can be kept there
   */
  public static ImageFolder open(Path root, Path indexes) {
    List<Path> shards = TarShards.of(root);
    if (shards.isEmpty()) {
      return ClassList.named(new ImageFolderScan(root).scan());
    }
    TarIndex index = TarIndex.of(root, shards, indexes);
    return ClassList.named(new ImageFolder(root, index, index.identity(), index.leftOut()));
  }

  /**
   * Lists the images below {@code root} at any depth, without labels: those directly in it and
   * those in folders, together. What counts as an image is as in {@link #open}.
   *
   * @throws IllegalArgumentException in one line, if the folder is missing or has no image
   */
  public static ImageFolder atAnyDepth(Path root) {
    List<Path> shards = TarShards.of(root);
    return shards.isEmpty()
        ? new ImageFolderScan(root).scanAtAnyDepth()
        : unlabelled(root, TarIndex.of(root, shards));
  }

  /** Whether {@link #open} reads tar archives there, or says what is wrong with them. */
  public static boolean isArchive(Path root) {
    try {
      return !TarShards.of(root).isEmpty();
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  /** The images of archives in the order of their whole names, without labels. */
  private static ImageFolder unlabelled(Path root, TarIndex index) {
    String[] names = IntStream.range(0, index.size()).mapToObj(index::path).toArray(String[]::new);
    int[] order =
        IntStream.range(0, names.length)
            .boxed()
            .sorted(Comparator.comparing(i -> names[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (int i : order) {
      digest.update((names[i] + "\0" + index.length(i) + "\n").getBytes(UTF_8));
    }
    String identity = HexFormat.of().formatHex(digest.digest());
    return new ImageFolder(root, index, List.of(), order, identity, index.leftOut());
  }

  /**
   * The images that a text file names, one path a line in UTF-8, in its order and without labels;
   * blank lines are passed over. A relative path is found from the file's own folder, or from the
   * present one. A path without a file is listed all the same, to be told when it is read.
   *
   * @throws IllegalArgumentException in one line, if the file cannot be read or names nothing
   */
  public static ImageFolder listedIn(Path list) {
    return ImageList.read(list);
  }

  /**
   * These files in their order, without labels; whether they are there shows when they are read.
   */
  public static ImageFolder of(Iterable<Path> files) {
    return ImageList.of(files);
  }

  /**
   * Whether a file is an image by the ending of its name or, where that says nothing, its bytes.
   */
  public static boolean isImage(Path file) {
    return FileKind.isImage(file);
  }

  /** The images at equal distances, so that at most {@code most} are left; all where they fit. */
  public ImageFolder evenly(int most) {
    if (size() <= most) {
      return this;
    }
    int[] some =
        IntStream.range(0, most).map(i -> member((int) ((long) i * size() / most))).toArray();
    return new ImageFolder(root, members, classes, some, identity + " " + most, leftOut);
  }

  /**
   * The same images with labels that are ranks among {@code others}: classes are the same where
   * their names are.
   *
   * @param others names of classes, with those of all images here among them
   * @throws IllegalArgumentException if a class here is not among them; the message names it
   */
  public ImageFolder inClasses(List<String> others) {
    List<String> missing =
        IntStream.range(0, size())
            .mapToObj(i -> classes.get(label(i)))
            .distinct()
            .filter(name -> !others.contains(name))
            .toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          root + " has the classes " + missing + ", which are not among " + shortened(others));
    }
    return new ImageFolder(root, members, others, chosen, identity, leftOut);
  }

  /**
   * All these images with labels that do not lie in their paths.
   *
   * @param file that has the labels
   * @param names of the classes
   * @param labels ranks of the images' classes
   * @param more of the identity
   */
  ImageFolder inListedClasses(Path file, List<String> names, int[] labels, String more) {
    return new ImageFolder(
        root, ClassList.inClasses(members, file, names, labels), identity + " " + more, leftOut);
  }

  private static String shortened(List<String> names) {
    return names.size() <= 10 ? names.toString() : names.subList(0, 10) + " and more";
  }

  public Path root() {
    return root;
  }

  public int size() {
    return chosen == null ? members.size() : chosen.length;
  }

  /** Where the image lies; of one in an archive, as if the archive were a folder. */
  public Path path(int index) {
    return members.path(member(index), root);
  }

  /**
   * Reads an image.
   *
   * @throws UnreadableImageException if it cannot be read, is cut short or is no image
   */
  public EncodedImage read(int index, Exif exif) throws UnreadableImageException {
    return EncodedImage.of(members.bytes(member(index), path(index)), exif);
  }

  /**
   * Reads the image that {@link #path} called so: a file, or one in an archive.
   *
   * @throws UnreadableImageException if it cannot be read, is cut short or is no image
   */
  public static EncodedImage read(Path image, Exif exif) throws UnreadableImageException {
    Path archive = Files.exists(image) ? null : TarShards.rootOf(image);
    if (archive == null) {
      return EncodedImage.read(image, exif);
    }
    try (TarIndex index = TarIndex.of(archive, TarShards.of(archive))) {
      int found = index.find(archive.relativize(image).toString().replace('\\', '/'));
      if (found < 0) {
        throw new UnreadableImageException("no such image in " + archive);
      }
      return EncodedImage.of(index.bytes(found, image), exif);
    }
  }

  /**
   * The images of each archive, in the order in which they lie there; none for files of their own.
   */
  public int[][] shards() {
    long[][] places = new long[members.archives()][];
    int[] counts = new int[places.length];
    for (int i = 0; places.length > 0 && i < size(); i++) {
      counts[members.archive(member(i))]++;
    }
    for (int i = 0; i < places.length; i++) {
      places[i] = new long[counts[i]];
    }
    for (int i = 0; places.length > 0 && i < size(); i++) {
      int archive = members.archive(member(i));
      places[archive][--counts[archive]] = members.block(member(i)) << (Integer.SIZE - 1) | i;
    }
    int[][] shards = new int[places.length][];
    for (int i = 0; i < shards.length; i++) {
      Arrays.sort(places[i]);
      shards[i] =
          Arrays.stream(places[i]).mapToInt(place -> (int) place & Integer.MAX_VALUE).toArray();
    }
    return shards;
  }

  private int member(int index) {
    return chosen == null ? index : chosen[index];
  }

  /** Rank of the image's class in {@link #classes()}, or -1 when unlabelled. */
  public int label(int index) {
    return labelled() ? ranks[members.label(member(index))] : -1;
  }

  public boolean labelled() {
    return !classes.isEmpty();
  }

  /** Sorted names of the class folders that have an image; empty when unlabelled. */
  public List<String> classes() {
    return classes;
  }

  /** What tar archives were taken for, in one line; empty for files of their own. */
  public Optional<String> readAs() {
    return members.readAs();
  }

  /** What lies in the folder and is not among its images. */
  public LeftOut leftOut() {
    return leftOut;
  }

  /**
   * What lies in archives and is not among the images, since it is damaged or leads elsewhere, but
   * counts as images that cannot be read; {@link #leftOut()} has how many of each kind. None of
   * some of the images.
   */
  public List<DatasetReport.BadFile> bad() {
    return size() < members.size() ? List.of() : members.bad();
  }

  /** What is left out, and the first of what is bad, in one line for people; empty for nothing. */
  public Optional<String> leftOutLine() {
    List<DatasetReport.BadFile> bad = bad();
    String first =
        bad.isEmpty()
            ? ""
            : "; %d count as unreadable images, the first being %s: %s"
                .formatted(bad.size(), bad.get(0).path(), bad.get(0).reason());
    String line = leftOut.line();
    return line.isEmpty() ? Optional.empty() : Optional.of("left out: " + line + first);
  }

  /** SHA-256, in hex, over the relative names and sizes of all images in order. */
  public String identity() {
    return identity;
  }

  /**
   * SHA-256, in hex, over the archive and the place in it of each image, by which {@link
   * dev.mto.data.Shuffle#LANES} goes; empty for files of their own.
   */
  public Optional<String> packing() {
    if (members.archives() == 0) {
      return Optional.empty();
    }
    MessageDigest digest = DigestUtils.getSha256Digest();
    ByteBuffer place = ByteBuffer.allocate(Integer.BYTES + Long.BYTES);
    for (int i = 0; i < size(); i++) {
      place.clear().putInt(members.archive(member(i))).putLong(members.block(member(i)));
      digest.update(place.array());
    }
    return Optional.of(HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * Leaves no archive open, also of other views of the same images. They can still be read, each by
   * opening its archive.
   */
  @Override
  public void close() {
    members.close();
  }
}
