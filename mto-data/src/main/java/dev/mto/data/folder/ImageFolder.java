package dev.mto.data.folder;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The images below a folder in a stable order: class folders as ImageNet has them (label = rank of
 * the folder's name; folders inside a class folder belong to the class), or images directly in the
 * folder, without labels. Holds names only, about 70 bytes an image. Immutable.
 */
public final class ImageFolder {
  private final Path root;
  private final List<String> classes;
  private final String[] names;
  private final int[] labels;
  private final String identity;
  private final LeftOut leftOut;

  ImageFolder(
      Path root,
      List<String> classes,
      String[] names,
      int[] labels,
      String identity,
      LeftOut leftOut) {
    this.root = root;
    this.classes = List.copyOf(classes);
    this.names = names;
    this.labels = labels;
    this.identity = identity;
    this.leftOut = leftOut;
  }

  /**
   * Lists the JPEG, PNG, TIFF, BMP and WebP files below {@code root}, by the ending of their name,
   * in any case, or by their first bytes where the ending says nothing; hidden files and folders,
   * and folders that systems make for themselves, are left out, links are followed. A folder
   * without an image is no class. {@link #leftOut()} counts what is not listed.
   *
   * @throws IllegalArgumentException in one line, if the folder is missing, has no image, or holds
   *     images both directly and in class folders
   */
  public static ImageFolder open(Path root) {
    return new ImageFolderScan(root).scan();
  }

  /**
   * Lists the images below {@code root} at any depth, without labels: those directly in it and
   * those in folders, together. What counts as an image is as in {@link #open}.
   *
   * @throws IllegalArgumentException in one line, if the folder is missing or has no image
   */
  public static ImageFolder atAnyDepth(Path root) {
    return new ImageFolderScan(root).scanAtAnyDepth();
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
    int[] chosen = IntStream.range(0, most).map(i -> (int) ((long) i * size() / most)).toArray();
    return new ImageFolder(
        root,
        classes,
        IntStream.of(chosen).mapToObj(i -> names[i]).toArray(String[]::new),
        labelled() ? IntStream.of(chosen).map(i -> labels[i]).toArray() : labels,
        identity + " " + most,
        leftOut);
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
        IntStream.of(labels)
            .distinct()
            .mapToObj(classes::get)
            .filter(name -> !others.contains(name))
            .toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          root + " has the classes " + missing + ", which are not among " + shortened(others));
    }
    int[] ranks = classes.stream().mapToInt(others::indexOf).toArray();
    return new ImageFolder(
        root,
        others,
        names,
        IntStream.of(labels).map(label -> ranks[label]).toArray(),
        identity,
        leftOut);
  }

  private static String shortened(List<String> names) {
    return names.size() <= 10 ? names.toString() : names.subList(0, 10) + " and more";
  }

  public Path root() {
    return root;
  }

  public int size() {
    return names.length;
  }

  public Path path(int index) {
    Path folder = labelled() ? root.resolve(classes.get(labels[index])) : root;
    return folder.resolve(names[index]);
  }

  /** Rank of the image's class in {@link #classes()}, or -1 when unlabelled. */
  public int label(int index) {
    return labelled() ? labels[index] : -1;
  }

  public boolean labelled() {
    return !classes.isEmpty();
  }

  /** Sorted names of the class folders that have an image; empty when unlabelled. */
  public List<String> classes() {
    return classes;
  }

  /** What lies in the folder and is not among its images. */
  public LeftOut leftOut() {
    return leftOut;
  }

  /** SHA-256, in hex, over the relative names and sizes of all images in order. */
  public String identity() {
    return identity;
  }
}
