package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.format.ImageFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
 * shards, {@code KEY.cls} beside {@code KEY.jpg} names the class. Where an archive is damaged, the
 * walk goes on at its next header that is sound, as GNU tar does; what is passed over counts as a
 * bad image, and so do members that may be images and cannot be read in place.
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
   * @param offset of its first byte in the archive, a multiple of {@link TarRecords#BLOCK}
   */
  record Image(String group, String name, int shard, long offset, int bytes) {
    /** Of its class and name. */
    String path() {
      return group.isEmpty() ? name : group + "/" + name;
    }

    /** The same, which lies in no folder, in a class. */
    Image in(String other) {
      return new Image(other, name, shard, offset, bytes);
    }
  }

  /**
   * What counts as an image that cannot be read.
   *
   * @param shard which archive
   * @param name of the member, or of an archive within; "" for the archive itself
   */
  record Bad(int shard, String name, String reason) {}

  private final List<Path> shards;
  private final Map<String, Integer> others = new TreeMap<>();
  private final List<Image> images = new ArrayList<>();
  private final List<Bad> bad = new ArrayList<>();
  private final ClassArchives classArchives;
  private int hidden;
  private int systemFolders;
  private int labelled;
  private String readAs;

  private TarScan(Path root, List<Path> shards) {
    this.shards = shards;
    classArchives = new ClassArchives(root);
  }

  /**
   * Reads the headers.
   *
   * @throws IllegalArgumentException in one line, if one is no archive or classes are not clear
   * @throws IOException if one cannot be opened
   * @throws UncheckedIOException if its storage fails
   */
  static TarScan of(Path root, List<Path> shards) throws IOException {
    TarScan scan = new TarScan(root, shards);
    for (int i = 0; i < shards.size(); i++) {
      scan.classArchives.begin(shards.get(i));
      scan.read(i);
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
    scan.readAs = scan.reading(each);
    return scan;
  }

  /** What the archives were taken for. */
  private String reading(boolean each) {
    String classes =
        each
            ? ", each the class that it is named after"
            : labelled > 0
                ? ", classes by the .cls beside each image"
                : images.get(0).group().isEmpty()
                    ? ", without classes"
                    : ", classes by the folders in " + (shards.size() == 1 ? "it" : "them");
    return (shards.size() == 1 ? "a tar archive" : shards.size() + " tar archives")
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

  /** In the order of the archives, but for older members of the same name, which are the last. */
  List<Bad> bad() {
    return bad;
  }

  LeftOut leftOut() {
    return new LeftOut(others, hidden, systemFolders, List.of());
  }

  private void read(int shard) throws IOException {
    Path file = shards.get(shard);
    Map<String, String> classes = new HashMap<>();
    int first = images.size();
    int firstBad = bad.size();
    try (FileChannel channel = FileChannel.open(file)) {
      TarRegion region = new TarRegion(Headers.of(file, channel), 0, channel.size());
      boolean read = members(region, new Within(shard, "", "", 1), classes);
      if (!read && channel.size() > 0) {
        throw new IllegalArgumentException(file + " is no tar archive, or an empty one");
      }
    }
    if (!classes.isEmpty()) {
      name(first, classes, bad.size() > firstBad);
    }
  }

  /**
   * Puts the images of an archive into the classes that lie beside them.
   *
   * @param damaged whether a class may be lost, so that its image is
   */
  private void name(int first, Map<String, String> classes, boolean damaged) {
    List<Image> all = images.subList(first, images.size());
    List<Image> named = new ArrayList<>();
    for (Image image : all) {
      String group = classes.get(key(image.path()));
      if (group != null) {
        labelled++;
        named.add(new Image(group, image.path(), image.shard(), image.offset(), image.bytes()));
      } else if (damaged) {
        leaveOut("image whose .cls is lost", image.shard(), image.path(), "its .cls is lost");
      } else {
        named.add(image);
      }
    }
    all.clear();
    images.addAll(named);
  }

  /**
   * What archive it is whose members are read.
   *
   * @param shard which archive of the file system
   * @param name of an archive within it, or ""
   * @param folder that its members' names begin with, or ""
   * @param depth 1 for one of the file system
   */
  private record Within(int shard, String name, String folder, int depth) {}

  /** Whether there was one. */
  private boolean members(TarRegion region, Within archive, Map<String, String> classes) {
    boolean any = false;
    boolean ofArchives = false;
    ArchiveInputStream<?> tar = open(region);
    while (true) {
      try {
        TarArchiveEntry entry = next(tar);
        if (entry == null) {
          region.requireWholeBlocks();
          return any;
        }
        any = true;
        long begin = region.position();
        ofArchives = !entry.isDirectory() && member(tar, entry, region, archive, classes);
        if (isOrdinary(entry)) {
          region.passOver(begin, entry.getSize());
          tar = open(region);
        }
      } catch (IOException e) {
        if (!any && archive.depth() == 1) {
          throw new IllegalArgumentException(
              shards.get(archive.shard()) + " is no tar archive: " + e.getMessage(), e);
        }
        if (!passOverDamage(region, archive, ofArchives, e)) {
          return any;
        }
        tar = open(region);
      }
    }
  }

  @SuppressWarnings("resource") // has no more than the region, which holds nothing
  private static ArchiveInputStream<?> open(TarRegion region) {
    return new TarArchiveInputStream(region, UTF_8.name());
  }

  /**
   * The next member, or null.
   *
   * @throws IOException if the archive is damaged there
   */
  private static TarArchiveEntry next(ArchiveInputStream<?> tar) throws IOException {
    try {
      TarArchiveEntry entry = (TarArchiveEntry) tar.getNextEntry();
      if (entry != null && !entry.isCheckSumOK()) {
        throw new IOException("the checksum of a header is wrong");
      }
      return entry;
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Whether a header comes after it. */
  private boolean passOverDamage(
      TarRegion region, Within archive, boolean ofArchives, IOException e) {
    long from = region.position();
    boolean more = region.toHeader(ofArchives);
    leaveOut(
        more ? "damaged part of an archive" : "end of a damaged archive",
        archive.shard(),
        "%s (before byte %d)".formatted(archive.name(), from).strip(),
        "the archive is damaged (%s); %d bytes behind it are passed over"
            .formatted(e.getMessage(), region.position() - from));
    return more;
  }

  /** Whether it is an archive that was looked into. */
  private boolean member(
      InputStream tar,
      TarArchiveEntry entry,
      TarRegion region,
      Within archive,
      Map<String, String> classes)
      throws IOException {
    String own = entry.getName().replaceFirst("^(\\./+)+", "");
    String name = archive.folder() + own;
    int shard = archive.shard();
    long offset = region.position();
    if (entry.isLink() || entry.isSymbolicLink()) {
      leaveOut("link", shard, name, "is a link");
    } else if (!isOrdinary(entry)) {
      leaveOut("special member", shard, name, "is no ordinary file");
    } else if (own.startsWith("/") || List.of(own.split("/", -1)).contains("..")) {
      leaveOut("name outside of the archive", shard, name, "its name leads out of the archive");
    } else if (!hides(name)) {
      boolean image = false;
      boolean inner = own.endsWith(".tar") && archive.depth() < DEEPEST;
      if (inner) {
        String folder = name.substring(0, name.length() - ".tar".length()) + "/";
        Within within = new Within(shard, name, folder, archive.depth() + 1);
        members(region.part(entry.getSize()), within, classes);
      } else if (own.endsWith(".cls") && entry.getSize() <= LONGEST_CLASS) {
        String group = new String(tar.readNBytes(LONGEST_CLASS), UTF_8).strip();
        classes.put(key(name), requireName(group, shards.get(shard), name).intern());
      } else if (!isImage(tar, name)) {
        others.merge(FileKind.ending(name), 1, Integer::sum);
      } else if (entry.getSize() > Integer.MAX_VALUE) {
        leaveOut("image above 2 GiB", shard, name, "has more than 2 GiB");
      } else if (archive.depth() == 1
          || region.holds(offset, entry.getSize())) { // else it is the damage
        image = true;
        int slash = name.indexOf('/');
        String group = slash < 0 ? "" : name.substring(0, slash).intern();
        images.add(
            new Image(group, name.substring(slash + 1), shard, offset, (int) entry.getSize()));
      }
      classArchives.member(name, image);
      return inner;
    }
    return false;
  }

  /** Whether all that it holds lies behind its header as it is. */
  private static boolean isOrdinary(TarArchiveEntry entry) {
    return ORDINARY.indexOf(entry.getLinkFlag()) >= 0 && !entry.isSparse();
  }

  private static String requireName(String group, Path archive, String member) {
    if (group.isEmpty() || group.contains("/") || group.contains("\n")) {
      throw new IllegalArgumentException(
          "%s: its member %s does not hold the name of a class".formatted(archive, member));
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

  /** Counts it, and as a bad image where its name does not say that it is none. */
  private void leaveOut(String kind, int shard, String name, String reason) {
    others.merge(kind, 1, Integer::sum);
    if (!FileKind.isOther(name)) {
      bad.add(new Bad(shard, name, reason));
    }
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
        leaveOut(
            "older member of the same name",
            image.shard(),
            "%s (at byte %d)".formatted(image.path(), image.offset()),
            "a later member has the same name");
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
}
