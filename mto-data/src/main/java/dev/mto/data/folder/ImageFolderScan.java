package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/** One walk over a folder's files. */
final class ImageFolderScan {
  private static final List<String> ENDINGS = List.of(".jpg", ".jpeg", ".png");

  private final Path root;
  private final List<String> names = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();
  private final MessageDigest digest = DigestUtils.getSha256Digest();

  ImageFolderScan(Path root) {
    this.root = root;
  }

  ImageFolder scan() {
    if (!Files.isDirectory(root)) {
      throw new IllegalArgumentException(
          root
              + (Files.exists(root) ? " is not a folder" : " does not exist")
              + ": give a folder of images or of class folders with images");
    }
    try {
      return scanExisting();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the folder " + root + ": " + e, e);
    }
  }

  private ImageFolder scanExisting() throws IOException {
    List<Path> entries = visibleEntries();
    boolean flat = entries.stream().anyMatch(p -> isImageName(p) && !Files.isDirectory(p));
    List<String> classes = new ArrayList<>();
    if (flat) {
      refuseMixture(entries);
      List<Entry> images = new ArrayList<>();
      for (Path entry : entries) {
        if (isImageName(entry)) {
          long bytes = Files.isRegularFile(entry) ? Files.size(entry) : 0;
          images.add(new Entry(name(entry), bytes));
        }
      }
      add("", -1, images);
    } else {
      entries.stream().filter(Files::isDirectory).forEach(p -> classes.add(name(p)));
      classes.sort(Comparator.naturalOrder());
      for (int label = 0; label < classes.size(); label++) {
        String name = classes.get(label);
        add(name + "/", label, imagesBelow(root.resolve(name)));
      }
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          root + " holds no image: put .jpg, .jpeg or .png files into it or into class folders");
    }
    return new ImageFolder(
        root,
        classes,
        names.toArray(String[]::new),
        labels.stream().mapToInt(Integer::intValue).toArray(),
        HexFormat.of().formatHex(digest.digest()));
  }

  private List<Path> visibleEntries() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.filter(p -> !isHidden(p)).toList();
    }
  }

  private void refuseMixture(List<Path> entries) throws IOException {
    for (Path entry : entries) {
      if (Files.isDirectory(entry) && !isImageName(entry) && !imagesBelow(entry).isEmpty()) {
        throw new IllegalArgumentException(
            "%s holds images both directly and in %s: put all images into class folders, or none"
                .formatted(root, entry.getFileName()));
      }
    }
  }

  private static List<Entry> imagesBelow(Path folder) throws IOException {
    ImageVisitor visitor = new ImageVisitor(folder);
    Files.walkFileTree(
        folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, visitor);
    return visitor.images;
  }

  private void add(String prefix, int label, List<Entry> images) {
    images.sort(Comparator.comparing(Entry::name));
    for (Entry image : images) {
      names.add(image.name());
      labels.add(label);
      digest.update((prefix + image.name() + "\0" + image.bytes() + "\n").getBytes(UTF_8));
    }
  }

  private static boolean isImageName(Path path) {
    String name = name(path).toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  private static boolean isHidden(Path path) {
    return name(path).startsWith(".");
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  /** A file's name relative to its class folder, with forward slashes, and its size. */
  private record Entry(String name, long bytes) {}

  /** Collects images; a folder named like an image counts as a (bad) image. */
  private static final class ImageVisitor extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final List<Entry> images = new ArrayList<>();

    ImageVisitor(Path folder) {
      this.folder = folder;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      if (path.equals(folder) || !(isHidden(path) || isImageName(path))) {
        return FileVisitResult.CONTINUE;
      }
      if (!isHidden(path)) {
        add(path, 0);
      }
      return FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      if (isImageName(path) && !isHidden(path)) {
        add(path, attributes.size());
      }
      return FileVisitResult.CONTINUE;
    }

    private void add(Path path, long bytes) {
      images.add(new Entry(folder.relativize(path).toString().replace('\\', '/'), bytes));
    }
  }
}
