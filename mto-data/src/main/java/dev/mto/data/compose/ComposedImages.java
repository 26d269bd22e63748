package dev.mto.data.compose;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.folder.IdxStream;
import dev.mto.data.folder.WholeFolder;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.random.RandomStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Makes class folders of composed images from the four IDX files of Fashion-MNIST (Xiao, Rasul and
 * Vollgraf, 2017): {@code train} and {@code validation} of its 60,000 training images, {@code test}
 * of its 10,000 others. Every class has the same share. No image is in two of them; those of a
 * smaller number are among those of a larger one, of the same seed. {@code manifest.json} says how
 * they were made. A file is named after its image's place in its IDX file.
 *
 * @param source folder of the IDX files, plain or gzip
 * @param out folder to make
 * @param composition how images are made
 * @param train images, a multiple of 10
 * @param validation images, a multiple of 10
 * @param test images, a multiple of 10
 * @param seed of everything random
 * @param overwrite whether composed images that are there already are replaced
 * @param progress receives a line now and then
 */
public record ComposedImages(
    Path source,
    Path out,
    Composition composition,
    int train,
    int validation,
    int test,
    long seed,
    boolean overwrite,
    Consumer<String> progress) {
  /** Where Debian's package dataset-fashion-mnist has the files. */
  public static final Path DEBIAN = Path.of("/usr/share/datasets/fashion-mnist");

  static final String MANIFEST = "manifest.json";
  static final List<String> CLASSES =
      List.of(
          "t-shirt-top",
          "trouser",
          "pullover",
          "dress",
          "coat",
          "sandal",
          "shirt",
          "sneaker",
          "bag",
          "ankle-boot");

  private static final int BLOCK = 2500;

  /** Checks counts. */
  public ComposedImages {
    requireMultiple("train", train);
    requireMultiple("validation", validation);
    requireMultiple("test", test);
    if ((long) train + validation + test == 0) {
      throw new IllegalArgumentException("no images are asked for: give --train above 0");
    }
  }

  /** The images of one pair of IDX files, of one size, with labels. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Garments(
      String name, int height, int width, List<byte[]> images, int[] labels, String sha256) {
    static Garments read(Path source, String name) {
      Path labelFile = file(source, name + "-labels-idx1-ubyte");
      Path imageFile = file(source, name + "-images-idx3-ubyte");
      MessageDigest digest = DigestUtils.getSha256Digest();
      try (IdxStream images = IdxStream.open(imageFile, 3);
          IdxStream labels = IdxStream.open(labelFile, 1)) {
        if (images.items() != labels.items()) {
          throw new IllegalArgumentException(
              "%s has %d images but %s has %d labels: get both again"
                  .formatted(imageFile, images.items(), labelFile, labels.items()));
        }
        List<byte[]> all = new ArrayList<>();
        int[] ranks = new int[labels.items()];
        for (int i = 0; i < ranks.length; i++) {
          byte[] image = images.read();
          byte[] label = labels.read();
          digest.update(image);
          digest.update(label);
          all.add(image);
          ranks[i] = label[0] & 0xFF;
          if (ranks[i] >= CLASSES.size()) {
            throw new IllegalArgumentException(
                "%s has label %d but Fashion-MNIST has 0 to %d: give its files"
                    .formatted(labelFile, ranks[i], CLASSES.size() - 1));
          }
        }
        images.requireEnd();
        labels.requireEnd();
        return new Garments(
            name,
            images.dimension(1),
            images.dimension(2),
            all,
            ranks,
            HexFormat.of().formatHex(digest.digest()));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + imageFile + " or " + labelFile, e);
      }
    }

    private static Path file(Path source, String name) {
      for (String ending : List.of(".gz", "")) {
        if (Files.isRegularFile(source.resolve(name + ending))) {
          return source.resolve(name + ending);
        }
      }
      throw new IllegalArgumentException(
          "%s has no file %s[.gz]: install Debian's dataset-fashion-mnist, or name the folder of Fashion-MNIST's four files by --source"
              .formatted(source, name));
    }

    /** Places of the images of a class, in an order that the seed says. */
    private int[] shuffled(int label, long seed) {
      int[] members = IntStream.range(0, labels.length).filter(i -> labels[i] == label).toArray();
      int[] order =
          RandomStream.permutation(
              members.length, RandomStream.of(seed, "compose_split/" + name, label));
      return IntStream.of(order).map(i -> members[i]).toArray();
    }

    /**
     * Chooses images of every class, in the order of their places.
     *
     * @param count how many in all
     * @param others how many in all are taken from the other end
     * @param last whether they are taken from the end of the order, not from its start
     */
    int[] chosen(int count, int others, boolean last, long seed) {
      int share = count / CLASSES.size();
      IntStream.Builder chosen = IntStream.builder();
      for (int label = 0; label < CLASSES.size(); label++) {
        int[] order = shuffled(label, seed);
        if (share + others / CLASSES.size() > order.length) {
          throw new IllegalArgumentException(
              "%s has %d images of %s but %d are asked for: ask for fewer"
                  .formatted(
                      name, order.length, CLASSES.get(label), share + others / CLASSES.size()));
        }
        int from = last ? order.length - share : 0;
        Arrays.stream(order, from, from + share).forEach(chosen::add);
      }
      return chosen.build().sorted().toArray();
    }
  }

  /**
   * Writes the folders; on an error nothing is left behind.
   *
   * @throws IllegalArgumentException in one line, if a file is missing or not what it claims to be,
   *     has too few images, or the output folder is not empty
   * @throws UncheckedIOException if reading or writing fails
   */
  public void run() {
    if (!overwrite && Files.exists(out.resolve(MANIFEST))) {
      throw new IllegalArgumentException(
          out + " holds composed images already: choose another, or replace them by --overwrite");
    }
    WholeFolder.write(
        out,
        overwrite ? MANIFEST : null,
        folder -> {
          Garments garments = Garments.read(source, "train");
          Garments others = Garments.read(source, "t10k");
          List<String> parts = new ArrayList<>();
          parts.add(
              write(folder, "train", garments, garments.chosen(train, validation, false, seed)));
          parts.add(
              write(
                  folder, "validation", garments, garments.chosen(validation, train, true, seed)));
          parts.add(write(folder, "test", others, others.chosen(test, 0, false, seed)));
          Files.write(folder.resolve(MANIFEST), manifest(garments, others, parts).getBytes(UTF_8));
        });
  }

  /**
   * Writes some images.
   *
   * @return what the manifest says of them
   */
  private String write(Path folder, String part, Garments garments, int... chosen)
      throws IOException {
    Composer composer = new Composer(composition);
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (String name : chosen.length == 0 ? List.<String>of() : CLASSES) {
      Files.createDirectories(folder.resolve(part).resolve(name));
    }
    for (int from = 0; from < chosen.length; from += BLOCK) {
      int[] block = Arrays.copyOfRange(chosen, from, Math.min(chosen.length, from + BLOCK));
      List<byte[]> files =
          IntStream.of(block).parallel().mapToObj(i -> png(composer, garments, i)).toList();
      for (int i = 0; i < block.length; i++) {
        String name = CLASSES.get(garments.labels()[block[i]]);
        Path file =
            folder
                .resolve(part)
                .resolve(name)
                .resolve(String.format(Locale.ROOT, "%05d.png", block[i]));
        Files.write(file, files.get(i));
        digest.update(files.get(i));
      }
      progress.accept("%s: %d of %d images".formatted(part, from + block.length, chosen.length));
    }
    return "    \"%s\": { \"images\": %d, \"sha256\": \"%s\" }"
        .formatted(part, chosen.length, HexFormat.of().formatHex(digest.digest()));
  }

  private byte[] png(Composer composer, Garments garments, int image) {
    byte[] composed =
        composer.compose(
            garments.images().get(image),
            garments.height(),
            garments.width(),
            RandomStream.of(seed, "compose/" + garments.name(), image));
    return EncodedImage.png(composed, composition.size(), composition.size(), 3);
  }

  private String manifest(Garments garments, Garments others, List<String> parts) {
    return """
        {
          "made_by": "data compose",
          "seed": %d,
          "composition": {
            "size": %d,
            "rotation": %s,
            "smallest": %s,
            "largest": %s,
            "shift": %s,
            "tint": %s,
            "noise": %s,
            "exponent": %s
          },
          "source_sha256": { "train": "%s", "t10k": "%s" },
          "parts": {
        %s
          }
        }
        """
        .formatted(
            seed,
            composition.size(),
            composition.rotation(),
            composition.smallest(),
            composition.largest(),
            composition.shift(),
            composition.tint(),
            composition.noise(),
            composition.exponent(),
            garments.sha256(),
            others.sha256(),
            String.join(",\n", parts));
  }

  private static void requireMultiple(String option, int count) {
    if (count < 0 || count % CLASSES.size() != 0) {
      throw new IllegalArgumentException(
          "--%s is %d but must be a multiple of the %d classes, or 0"
              .formatted(option, count, CLASSES.size()));
    }
  }
}
