package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * What a {@link TarIndex} holds: sixteen bytes an image and its name. As bytes: the archives with
 * sizes and times, classes, identity, what they were read as, what was left out and which members
 * count as bad images; four integers an image (archive, offset in blocks without a sign, bytes,
 * class); where each name begins, and the names. Immutable; read by any number of threads.
 */
final class TarRecords {
  /** Bytes of a block: all members begin at multiples of it. */
  static final int BLOCK = 512;

  private static final int RECORD = 4 * Integer.BYTES;

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
  record Header(
      List<String> shards,
      List<String> classes,
      String identity,
      String readAs,
      LeftOut leftOut,
      List<TarScan.Bad> bad,
      int images) {}

  private TarRecords(Header header, ByteBuffer arrays) {
    this.header = header;
    int first = header.images() * RECORD;
    int second = (header.images() + 1) * Integer.BYTES;
    this.records = arrays.slice(arrays.position(), first);
    this.starts = arrays.slice(arrays.position() + first, second);
    int length = starts.getInt(header.images() * Integer.BYTES);
    this.names = arrays.slice(arrays.position() + first + second, length);
  }

  Header header() {
    return header;
  }

  int archive(int index) {
    return records.getInt(index * RECORD);
  }

  /** Where an image begins in its archive, in blocks. */
  long block(int index) {
    return Integer.toUnsignedLong(records.getInt(index * RECORD + Integer.BYTES));
  }

  /** Bytes of an image. */
  int length(int index) {
    return records.getInt(index * RECORD + 2 * Integer.BYTES);
  }

  /** Class of an image, or -1 where there are none. */
  int label(int index) {
    return header.classes().isEmpty() ? -1 : records.getInt(index * RECORD + 3 * Integer.BYTES);
  }

  /** Name within its class, or among all without classes. */
  String name(int index) {
    int from = starts.getInt(index * Integer.BYTES);
    byte[] name = new byte[starts.getInt((index + 1) * Integer.BYTES) - from];
    names.get(from, name);
    return new String(name, UTF_8);
  }

  /** Whether no number leads out of the archives, classes or names, as a forged file's could. */
  boolean isWithin(int archives) {
    for (int i = 0; i < header.images(); i++) {
      if (archive(i) < 0
          || archive(i) >= archives
          || length(i) < 0
          || label(i) >= header.classes().size()
          || label(i) < (header.classes().isEmpty() ? -1 : 0)
          || starts.getInt(i * Integer.BYTES) > starts.getInt((i + 1) * Integer.BYTES)) {
        return false;
      }
    }
    return starts.getInt(0) == 0
        && header.bad().stream().allMatch(bad -> bad.shard() >= 0 && bad.shard() < archives);
  }

  /**
   * Refuses more than an index can have.
   *
   * @throws IllegalArgumentException in one line
   */
  static void requireCountable(Path root, List<TarScan.Image> images) {
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

  /**
   * The bytes of what was found.
   *
   * @param states size and time of each archive
   */
  static byte[] content(TarScan scan, List<String> states) throws IOException {
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

  /** What {@link #content} wrote. */
  static TarRecords read(ByteBuffer content) {
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
    return new TarRecords(
        new Header(states, classes, identity, readAs, leftOut, bad, content.getInt()), content);
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
