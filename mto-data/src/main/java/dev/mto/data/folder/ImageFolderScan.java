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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/** One walk over a folder's files. */
final class ImageFolderScan {
  /** Of archives, disks and network drives; their images are copies, thumbnails or rubbish. */
  static final Set<String> SYSTEM_FOLDERS =
      Set.of(
          "__MACOSX",
          "@eaDir",
          "#recycle",
          "$RECYCLE.BIN",
          "lost+found",
          "System Volume Information");

  private final Path root;
  private final List<String> names = new ArrayList<>();
  private final List<Integer> labels = new ArrayList<>();
  private final MessageDigest digest = DigestUtils.getSha256Digest();
  private final Map<String, Integer> others = new TreeMap<>();
  private final List<String> emptyFolders = new ArrayList<>();
  private int hidden;
  private int systemFolders;

  ImageFolderScan(Path root) {
    this.root = root;
  }

  /** What a scan does once the folder is known to be one. */
  @FunctionalInterface
  private interface Scan {
    ImageFolder scan() throws IOException;
  }

  /** Class folders, or images without labels. */
  ImageFolder scan() {
    return scan("give a folder of images or of class folders with images", this::scanExisting);
  }

  /** All images, without labels. */
  ImageFolder scanAtAnyDepth() {
    return scan("give a folder of images", this::scanAllExisting);
  }

  private ImageFolder scan(String cure, Scan scan) {
    if (!Files.isDirectory(root)) {
      throw new IllegalArgumentException(
          root + (Files.exists(root) ? " is not a folder" : " does not exist") + ": " + cure);
    }
    try {
      return scan.scan();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the folder " + root + ": " + e, e);
    }
  }

  private ImageFolder scanAllExisting() throws IOException {
    add("", -1, imagesBelow(root));
    return folder(List.of(), "into it");
  }

  private ImageFolder scanExisting() throws IOException {
    List<Path> entries = entries();
    List<Path> folders = entries.stream().filter(Files::isDirectory).sorted(byName()).toList();
    List<Entry> images = new ArrayList<>();
    for (Path entry : entries) {
      if (!Files.isDirectory(entry)) {
        long bytes = Files.isRegularFile(entry) ? Files.size(entry) : 0;
        addFile(entry, name(entry), bytes, images);
      }
    }
    List<String> classes = new ArrayList<>();
    add("", -1, images);
    for (Path folder : folders) {
      List<Entry> below = imagesBelow(folder);
      if (below.isEmpty()) {
        emptyFolders.add(name(folder));
      } else if (!images.isEmpty()) {
        throw new IllegalArgumentException(
            "%s holds images both directly and in %s: put all images into class folders, or none"
                .formatted(root, folder.getFileName()));
      } else {
        add(name(folder) + "/", classes.size(), below);
        classes.add(name(folder));
      }
    }
    return folder(classes, "into it or into class folders");
  }

  private ImageFolder folder(List<String> classes, String where) {
    LeftOut leftOut = new LeftOut(others, hidden, systemFolders, emptyFolders);
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          root
              + " holds no image: put JPEG, PNG, TIFF, BMP or WebP files "
              + where
              + (leftOut.line().isEmpty() ? "" : " (it holds " + leftOut.line() + ")"));
    }
    return new ImageFolder(
        root,
        new Members.OwnFiles(
            classes,
            names.toArray(String[]::new),
            labels.stream().mapToInt(Integer::intValue).toArray()),
        HexFormat.of().formatHex(digest.digest()),
        leftOut);
  }

  private List<Path> entries() throws IOException {
    List<Path> kept = new ArrayList<>();
    try (Stream<Path> entries = Files.list(root)) {
      for (Path entry : entries.toList()) {
        boolean left = Files.isDirectory(entry) ? skips(entry) : hides(entry);
        if (!left) {
          kept.add(entry);
        }
      }
    }
    return kept;
  }

  private List<Entry> imagesBelow(Path folder) throws IOException {
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

  private void addFile(Path file, String relative, long bytes, List<Entry> images) {
    if (FileKind.isImage(file)) {
      images.add(new Entry(relative, bytes));
    } else {
      others.merge(FileKind.ending(name(file)), 1, Integer::sum);
    }
  }

  /** Counts a file or folder that is hidden. */
  private boolean hides(Path path) {
    boolean hides = name(path).startsWith(".");
    hidden += hides ? 1 : 0;
    return hides;
  }

  /** Counts a folder that is left out with all that is in it. */
  private boolean skips(Path folder) {
    if (hides(folder)) {
      return true;
    }
    boolean skips = SYSTEM_FOLDERS.contains(name(folder));
    systemFolders += skips ? 1 : 0;
    return skips;
  }

  private static Comparator<Path> byName() {
    return Comparator.comparing(ImageFolderScan::name);
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  /** A file's name relative to its class folder, with forward slashes, and its size. */
  private record Entry(String name, long bytes) {}

  /** Collects the images of a class folder. */
  private final class ImageVisitor extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final List<Entry> images = new ArrayList<>();

    ImageVisitor(Path folder) {
      this.folder = folder;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      return !path.equals(folder) && skips(path)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      if (!hides(path)) {
        String relative = folder.relativize(path).toString().replace('\\', '/');
        addFile(path, relative, attributes.size(), images);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
