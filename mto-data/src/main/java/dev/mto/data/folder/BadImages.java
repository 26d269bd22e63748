package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The images of a job that could not be read: each is told once, and too many of them stop the job.
 * What is bad in archives is told at once. A run appends them to a list, a line of path, tab and
 * reason. Thread-safe.
 */
public final class BadImages {
  /** The usual name of the list in a run's folder. */
  public static final String FILE_NAME = "bad-images.txt";

  public static final double USUAL_MAX_SHARE = 0.01;

  private final Path list;
  private final BiConsumer<String, String> told;
  private final int images;
  private final double maxShare;
  private final Set<String> listed = new HashSet<>();

  private BadImages(Path list, BiConsumer<String, String> told, int images, double maxShare) {
    if (!(maxShare >= 0 && maxShare <= 1)) {
      throw new IllegalArgumentException(
          "the allowed share of bad images is " + maxShare + " but must be in [0, 1]");
    }
    if (images < 1) {
      throw new IllegalArgumentException("the number of images is " + images + ", not positive");
    }
    this.list = list;
    this.told = told;
    this.images = images;
    this.maxShare = maxShare;
  }

  /**
   * Continues the list if it exists (a resumed run), else creates it with the first bad image.
   *
   * @param list the file to append to
   * @param images number of all images that the job goes through
   * @param maxShare largest share of bad images, in [0, 1]
   * @throws UncheckedIOException if an existing list cannot be read
   */
  public static BadImages open(Path list, int images, double maxShare) {
    BadImages bad = new BadImages(list, null, images, maxShare);
    if (Files.exists(list)) {
      try {
        dropTornLine(list);
        for (String line : lines(list)) {
          int tab = line.indexOf('\t');
          if (tab > 0) {
            bad.listed.add(line.substring(0, tab));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the list of bad images " + list, e);
      }
    }
    return bad;
  }

  /** The whole lines of a list, whatever its bytes are. */
  public static List<String> lines(Path list) throws IOException {
    String text = new String(Files.readAllBytes(list), UTF_8);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  /** A power cut may have left a part of the last line, which the next would go on with. */
  private static void dropTornLine(Path list) throws IOException {
    byte[] bytes = Files.readAllBytes(list);
    int whole = bytes.length;
    while (whole > 0 && bytes[whole - 1] != '\n') {
      whole--;
    }
    if (whole < bytes.length) {
      try (FileChannel channel =
          FileChannel.open(list, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
        channel.truncate(whole);
      }
    }
  }

  /**
   * Keeps no list.
   *
   * @param told receives a line for each image
   */
  public static BadImages telling(Consumer<String> told, int images, double maxShare) {
    return handing(
        (path, reason) -> told.accept("left out, it cannot be read: " + path + ": " + reason),
        images,
        maxShare);
  }

  /**
   * Keeps no list.
   *
   * @param told receives path and reason of each image, as a list has them
   */
  public static BadImages handing(BiConsumer<String, String> told, int images, double maxShare) {
    return new BadImages(null, told, images, maxShare);
  }

  /** The path of an image as a list has it. */
  public static String listed(Path image) {
    return listed(image.toString());
  }

  private static String listed(String image) {
    return image.replaceAll("[\\t\\r\\n]", "?");
  }

  /** A line of a list. */
  public static String line(DatasetReport.BadFile bad) {
    return listed(bad.path()) + "\t" + bad.reason().replaceAll("\\R", " ");
  }

  /**
   * Lists what is bad in the archives of a folder.
   *
   * @throws TooManyBadImagesException as {@link #add}
   */
  public void addMembersOf(ImageFolder images) {
    images.bad().forEach(bad -> add(bad.path(), bad.reason()));
  }

  /**
   * Lists an image unless it is listed already.
   *
   * @throws TooManyBadImagesException if the share of bad images is now above the limit
   * @throws UncheckedIOException if the list cannot be written
   */
  public void add(Path image, String reason) {
    add(image.toString(), reason);
  }

  private synchronized void add(String image, String reason) {
    String path = listed(image);
    if (listed.add(path)) {
      String line = reason.replaceAll("\\R", " ");
      if (list == null) {
        told.accept(path, line);
      } else {
        append(path, line);
      }
    }
    if (listed.size() > maxShare * images) {
      throw new TooManyBadImagesException(
          listed.size(), images, maxShare, path + " (" + reason + ")", list);
    }
  }

  private void append(String path, String reason) {
    try {
      Files.writeString(
          list,
          path + "\t" + reason + System.lineSeparator(),
          UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND,
          LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the list of bad images " + list, e);
    }
  }

  public synchronized int count() {
    return listed.size();
  }

  /** The list, or null where there is none. */
  public Path list() {
    return list;
  }
}
