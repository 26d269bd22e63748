package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.format.ImageFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * One walk over the headers of tar archives; what lies between them is passed over. Archives within
 * are read as folders of the same name, as in {@code ILSVRC2012_img_train.tar}. Of WebDataset's
 * shards, {@code KEY.cls} beside {@code KEY.jpg} names the class.
 */
final class TarScan {
  /** An archive in an archive in an archive is the deepest that is looked into. */
  private static final int DEEPEST = 3;

  /** Bytes of a {@code .cls}. */
  static final int LONGEST_CLASS = 256;

  /** Type flags of members that are plain files. */
  private static final String ORDINARY =
      ""
          + (char) TarConstants.LF_OLDNORM
          + (char) TarConstants.LF_NORMAL
          + (char) TarConstants.LF_CONTIG;

  /**
   * An image.
   *
   * @param group class by its folder or {@code .cls}; "" without
   * @param name within its class
   * @param shard which archive
   * @param offset of its first byte in the archive, a multiple of {@link TarIndex#BLOCK}
   */
  record Image(String group, String name, int shard, long offset, int bytes) {
    /** The same, which lies in no folder, in a class. */
    Image in(String other) {
      return new Image(other, name, shard, offset, bytes);
    }
  }

  private final Map<String, Integer> others = new TreeMap<>();
  private final List<Image> images = new ArrayList<>();
  private final ClassArchives classArchives;
  private int hidden;
  private int systemFolders;
  private int labelled;
  private String readAs;

  private TarScan(Path root) {
    classArchives = new ClassArchives(root);
  }

  /**
   * Reads the headers.
   *
   * @throws IllegalArgumentException in one line, if one is no archive or classes are not clear
   * @throws IOException if one cannot be read
   */
  static TarScan of(Path root, List<Path> shards) throws IOException {
    TarScan scan = new TarScan(root);
    for (int i = 0; i < shards.size(); i++) {
      scan.classArchives.begin(shards.get(i));
      scan.read(shards.get(i), i);
      scan.classArchives.end(shards.get(i));
    }
    if (scan.labelled > 0 && scan.labelled < scan.images.size()) {
      throw new IllegalArgumentException(
          "%s: only %d of %d images have a .cls beside them: give all of them one, or none"
              .formatted(root, scan.labelled, scan.images.size()));
    }
    boolean each = scan.classArchives.areAll(root);
    if (each) {
      scan.images.replaceAll(image -> image.in(ClassArchives.of(shards, image.shard())));
    }
    scan.order(root);
    scan.readAs = scan.reading(shards.size(), each);
    return scan;
  }

  /** What the archives were taken for. */
  private String reading(int shards, boolean each) {
    String classes =
        each
            ? ", each the class that it is named after"
            : labelled > 0
                ? ", classes by the .cls beside each image"
                : images.get(0).group().isEmpty()
                    ? ", without classes"
                    : ", classes by the folders in " + (shards == 1 ? "it" : "them");
    return (shards == 1 ? "a tar archive" : shards + " tar archives")
        + classes
        + classArchives.whyNot().map(reason -> "; " + reason).orElse("");
  }

  /** By class, name and archive. */
  List<Image> images() {
    return images;
  }

  /** What the archives were taken for, in one line. */
  String readAs() {
    return readAs;
  }

  LeftOut leftOut() {
    return new LeftOut(others, hidden, systemFolders, List.of());
  }

  private void read(Path file, int shard) throws IOException {
    Map<String, String> classes = new HashMap<>();
    int first = images.size();
    try (FileChannel channel = FileChannel.open(file)) {
      Region region = new Region(Headers.of(file, channel), 0, channel.size());
      boolean read = false;
      try {
        read = members(region, shard, "", 1, classes);
      } catch (IOException | IllegalArgumentException e) {
        if (images.size() == first) {
          throw new IllegalArgumentException(file + " is no tar archive: " + e.getMessage(), e);
        }
        leaveOut("end of a damaged archive");
      }
      if (!read && images.size() == first && channel.size() > 0) {
        throw new IllegalArgumentException(file + " is no tar archive, or an empty one");
      }
    }
    if (!classes.isEmpty()) {
      name(first, classes);
    }
  }

  /** Puts the images of an archive into the classes that lie beside them. */
  private void name(int first, Map<String, String> classes) {
    for (int i = first; i < images.size(); i++) {
      Image image = images.get(i);
      String path = image.group().isEmpty() ? image.name() : image.group() + "/" + image.name();
      String group = classes.get(key(path));
      if (group != null) {
        images.set(i, new Image(group, path, image.shard(), image.offset(), image.bytes()));
        labelled++;
      }
    }
  }

  /** Whether there was one. */
  private boolean members(
      Region region, int shard, String prefix, int depth, Map<String, String> classes)
      throws IOException {
    ArchiveInputStream<TarArchiveEntry> tar = new TarArchiveInputStream(region, UTF_8.name());
    boolean any = false;
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      any = true;
      if (!entry.isDirectory()) {
        member(tar, entry, region, shard, prefix, depth, classes);
      }
    }
    return any;
  }

  private void member(
      InputStream tar,
      TarArchiveEntry entry,
      Region region,
      int shard,
      String prefix,
      int depth,
      Map<String, String> classes)
      throws IOException {
    String own = entry.getName().replaceFirst("^(\\./+)+", "");
    String name = prefix + own;
    long offset = region.position();
    if (entry.isLink() || entry.isSymbolicLink()) {
      leaveOut("link");
    } else if (ORDINARY.indexOf(entry.getLinkFlag()) < 0 || entry.isSparse()) {
      leaveOut("special member");
    } else if (own.startsWith("/") || List.of(own.split("/", -1)).contains("..")) {
      leaveOut("name outside of the archive");
    } else if (!hides(name)) {
      boolean image = false;
      if (own.endsWith(".tar") && depth < DEEPEST) {
        String folder = name.substring(0, name.length() - ".tar".length()) + "/";
        members(region.part(entry.getSize()), shard, folder, depth + 1, classes);
      } else if (own.endsWith(".cls") && entry.getSize() <= LONGEST_CLASS) {
        String group = new String(tar.readNBytes(LONGEST_CLASS), UTF_8).strip();
        classes.put(key(name), requireName(group, name).intern());
      } else if (!isImage(tar, name)) {
        leaveOut(FileKind.ending(name));
      } else if (entry.getSize() > Integer.MAX_VALUE) {
        leaveOut("image above 2 GiB");
      } else {
        image = true;
        int slash = name.indexOf('/');
        String group = slash < 0 ? "" : name.substring(0, slash).intern();
        images.add(
            new Image(group, name.substring(slash + 1), shard, offset, (int) entry.getSize()));
      }
      classArchives.member(name, image);
    }
  }

  private static String requireName(String group, String member) {
    if (group.isEmpty() || group.contains("/") || group.contains("\n")) {
      throw new IllegalArgumentException(member + " does not hold the name of a class");
    }
    return group;
  }

  private static boolean isImage(InputStream tar, String name) throws IOException {
    if (ImageFormat.named(name)) {
      return true;
    }
    return !FileKind.isOther(name)
        && ImageFormat.of(tar.readNBytes(ImageFormat.START_BYTES)).isPresent();
  }

  /** What belongs to one sample of WebDataset: all up to the first dot of the last name. */
  private static String key(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }

  private boolean hides(String name) {
    for (String part : name.split("/", -1)) {
      if (part.startsWith(".")) {
        hidden++;
        return true;
      }
      if (ImageFolderScan.SYSTEM_FOLDERS.contains(part)) {
        systemFolders++;
        return true;
      }
    }
    return false;
  }

  private void leaveOut(String kind) {
    others.merge(kind, 1, Integer::sum);
  }

  /** Sorts the images; of members of one name in one archive the last counts, as in unpacking. */
  private void order(Path root) {
    images.sort(
        Comparator.comparing(Image::group)
            .thenComparing(Image::name)
            .thenComparingInt(Image::shard)
            .thenComparingLong(Image::offset));
    List<Image> last = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      Image next = i + 1 < images.size() ? images.get(i + 1) : null;
      if (next != null
          && next.shard() == image.shard()
          && next.name().equals(image.name())
          && next.group().equals(image.group())) {
        leaveOut("older member of the same name");
      } else {
        last.add(image);
      }
    }
    images.clear();
    images.addAll(last);
    if (images.isEmpty()) {
      String found = leftOut().line();
      throw new IllegalArgumentException(
          root
              + " holds no image: give archives of JPEG, PNG, TIFF, BMP or WebP files"
              + (found.isEmpty() ? "" : " (it holds " + found + ")"));
    }
    String lastGroup = images.get(images.size() - 1).group();
    if (images.get(0).group().isEmpty() && !lastGroup.isEmpty()) {
      throw new IllegalArgumentException(
          "%s holds images both directly and in %s: put all images into class folders, or none"
              .formatted(root, lastGroup));
    }
  }

  /** A part of a file; passing over some of it reads nothing. */
  private static final class Region extends InputStream {
    private final Headers headers;
    private final long end;
    private long position;

    Region(Headers headers, long position, long end) {
      this.headers = headers;
      this.position = position;
      this.end = end;
    }

    long position() {
      return position;
    }

    /** What comes next, as a region of its own. */
    Region part(long bytes) {
      return new Region(headers, position, Math.min(end, position + bytes));
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int most = (int) Math.min(length, end - position);
      if (most <= 0) {
        return length == 0 ? 0 : -1;
      }
      int read = headers.read(ByteBuffer.wrap(bytes, from, most), position);
      position += Math.max(read, 0);
      return read;
    }

    @Override
    public long skip(long bytes) {
      long skipped = Math.max(0, Math.min(bytes, end - position));
      position += skipped;
      return skipped;
    }

    @Override
    public int available() {
      return (int) Math.min(Integer.MAX_VALUE, end - position);
    }
  }
}
