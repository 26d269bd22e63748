package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.random.RandomStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Writes the binary version of CIFAR-10 or CIFAR-100 (Krizhevsky, Learning Multiple Layers of
 * Features from Tiny Images, 2009) as PNG in class folders {@code train}, {@code test} and, where
 * asked for, {@code validation}. A record is one label byte, or a coarse and a fine one for
 * CIFAR-100, and 3,072 bytes: 32 x 32 of red, of green, of blue. A file is named after its record's
 * place.
 *
 * @param source folder of the files, or their {@code .tar.gz}
 * @param out folder to create; an existing one must be empty
 * @param validation training images that are put into {@code validation}, as many of each class: a
 *     multiple of their number, or 0
 * @param coarse whether CIFAR-100's 20 coarse classes are taken instead of its 100
 * @param seed which images validation has
 * @param progress receives a line for each folder
 */
public record CifarImport(
    Path source, Path out, int validation, boolean coarse, long seed, Consumer<String> progress) {
  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;
  private static final int CHANNELS = 3;

  /**
   * The files of one of the two.
   *
   * @param labels label bytes of a record
   */
  private record Layout(
      String name, List<String> train, String test, String classes, int labels, int label) {
    static final Layout CIFAR_10 =
        new Layout(
            "CIFAR-10",
            List.of(
                "data_batch_1.bin",
                "data_batch_2.bin",
                "data_batch_3.bin",
                "data_batch_4.bin",
                "data_batch_5.bin"),
            "test_batch.bin",
            "batches.meta.txt",
            1,
            0);

    static Layout cifar100(boolean coarse) {
      return new Layout(
          "CIFAR-100",
          List.of("train.bin"),
          "test.bin",
          coarse ? "coarse_label_names.txt" : "fine_label_names.txt",
          2,
          coarse ? 0 : 1);
    }

    Set<String> files() {
      Set<String> files = new HashSet<>(train);
      files.add(test);
      files.add(classes);
      return files;
    }

    int record() {
      return labels + CHANNELS * PLANE;
    }
  }

  /** Records of some files, one after the other. */
  private final class Records {
    private final Layout layout;
    private final List<String> classes;
    private final List<byte[]> files = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();
    private int size;

    private Records(Map<String, byte[]> all, Layout layout, List<String> names) {
      this.layout = layout;
      this.classes = classes(all, layout);
      for (String name : names) {
        byte[] bytes = required(all, layout, name);
        int record = layout.record();
        if (bytes.length == 0 || bytes.length % record != 0) {
          throw new IllegalArgumentException(
              "%s: %s has %d bytes but %s needs a multiple of %d, the bytes of a record: get it again"
                  .formatted(source, name, bytes.length, layout.name(), record));
        }
        for (int at = layout.label(); at < bytes.length; at += record) {
          if ((bytes[at] & 0xFF) >= classes.size()) {
            throw new IllegalArgumentException(
                "%s: %s has label %d but %s names %d classes: get both again"
                    .formatted(source, name, bytes[at] & 0xFF, layout.classes(), classes.size()));
          }
        }
        files.add(bytes);
        counts.add(bytes.length / record);
        size += bytes.length / record;
      }
    }

    private <T> T at(int image, Use<T> use) {
      int file = 0;
      int left = image;
      while (left >= counts.get(file)) {
        left -= counts.get(file++);
      }
      return use.of(files.get(file), left * layout.record());
    }

    private int label(int image) {
      return at(image, (bytes, from) -> bytes[from + layout.label()] & 0xFF);
    }

    private byte[] blueGreenRed(int image) {
      return at(
          image,
          (bytes, from) -> {
            byte[] pixels = new byte[CHANNELS * PLANE];
            for (int i = 0; i < pixels.length; i++) {
              int plane = CHANNELS - 1 - i % CHANNELS;
              pixels[i] = bytes[from + layout.labels() + plane * PLANE + i / CHANNELS];
            }
            return pixels;
          });
    }

    /** Whether each image is held out for validation. */
    private boolean[] heldOut() {
      int share = validation / classes.size();
      if (validation < 0 || validation % classes.size() != 0) {
        throw new IllegalArgumentException(
            "the number of validation images is %d but must be a multiple of the %d classes, or 0"
                .formatted(validation, classes.size()));
      }
      boolean[] heldOut = new boolean[size];
      for (int label = 0; share > 0 && label < classes.size(); label++) {
        int wanted = label;
        int[] members = IntStream.range(0, size).filter(i -> label(i) == wanted).toArray();
        if (members.length <= share) {
          throw new IllegalArgumentException(
              "%s has %d training images of %s but %d are asked for validation: ask for fewer"
                  .formatted(source, members.length, classes.get(label), share));
        }
        int[] order =
            RandomStream.permutation(
                members.length, RandomStream.of(seed, "cifar_validation", label));
        Arrays.stream(order, 0, share).forEach(i -> heldOut[members[i]] = true);
      }
      return heldOut;
    }
  }

  /** What is done with a record. */
  @FunctionalInterface
  private interface Use<T> {
    T of(byte[] file, int from);
  }

  /**
   * Writes the folders; on an error nothing is left behind.
   *
   * @throws IllegalArgumentException in one line, if a file is missing, has another size than whole
   *     records have or a label without a name, or the output folder is not empty
   * @throws UncheckedIOException if reading or writing fails
   */
  public void run() {
    WholeFolder.write(
        out,
        null,
        folder -> {
          Map<String, byte[]> all = read();
          Layout layout = layout(all);
          Records train = new Records(all, layout, layout.train());
          Records test = new Records(all, layout, List.of(layout.test()));
          boolean[] heldOut = train.heldOut();
          write(folder, "train", train, i -> !heldOut[i]);
          write(folder, "validation", train, i -> heldOut[i]);
          write(folder, "test", test, i -> true);
        });
  }

  private void write(Path folder, String part, Records records, IntPredicate chosen)
      throws IOException {
    int[] images = IntStream.range(0, records.size).filter(chosen).toArray();
    for (int image : images) {
      Path file =
          folder
              .resolve(part)
              .resolve(records.classes.get(records.label(image)))
              .resolve(String.format(Locale.ROOT, "%05d.png", image));
      Files.createDirectories(file.getParent());
      Files.write(file, EncodedImage.png(records.blueGreenRed(image), SIDE, SIDE, CHANNELS));
    }
    if (images.length > 0) {
      progress.accept("%s: %d images".formatted(part, images.length));
    }
  }

  private Layout layout(Map<String, byte[]> all) {
    if (all.containsKey("train.bin")) {
      return Layout.cifar100(coarse);
    }
    if (coarse) {
      throw new IllegalArgumentException(
          source + " has no train.bin: only CIFAR-100 has coarse classes; leave --coarse out");
    }
    if (Layout.CIFAR_10.train().stream().noneMatch(all::containsKey)) {
      throw new IllegalArgumentException(
          source
              + " has neither data_batch_1.bin nor train.bin: give the binary version of CIFAR-10 or"
              + " CIFAR-100, its folder or its .tar.gz");
    }
    return Layout.CIFAR_10;
  }

  private List<String> classes(Map<String, byte[]> all, Layout layout) {
    List<String> names =
        new String(required(all, layout, layout.classes()), UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    IdxImport.requireClassNames(names);
    return names;
  }

  private byte[] required(Map<String, byte[]> all, Layout layout, String name) {
    if (!all.containsKey(name)) {
      throw new IllegalArgumentException(
          "%s has no %s, which belongs to the binary version of %s: get it again"
              .formatted(source, name, layout.name()));
    }
    return all.get(name);
  }

  /** Bytes of the files that either layout has, by name. */
  private Map<String, byte[]> read() throws IOException {
    Set<String> wanted = new HashSet<>(Layout.CIFAR_10.files());
    wanted.addAll(Layout.cifar100(coarse).files());
    Map<String, byte[]> found = new HashMap<>();
    if (Files.isDirectory(source)) {
      for (String name : wanted) {
        if (Files.isRegularFile(source.resolve(name))) {
          found.put(name, Files.readAllBytes(source.resolve(name)));
        }
      }
    } else if (Files.isRegularFile(source)) {
      readArchive(wanted, found);
    } else {
      throw new IllegalArgumentException(
          source + " does not exist: give CIFAR's folder of binary files, or its .tar.gz");
    }
    return found;
  }

  private void readArchive(Set<String> wanted, Map<String, byte[]> found) {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(source));
        ArchiveInputStream<TarArchiveEntry> archive =
            new TarArchiveInputStream(new GZIPInputStream(file))) {
      for (TarArchiveEntry entry; (entry = archive.getNextEntry()) != null; ) {
        String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        if (wanted.contains(name)) {
          found.put(name, archive.readAllBytes());
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s is no whole .tar.gz (%s): get it again".formatted(source, e.getMessage()), e);
    }
  }
}
