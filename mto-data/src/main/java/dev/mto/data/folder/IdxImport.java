package dev.mto.data.folder;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.random.RandomStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * Turns part of an IDX pair (the files of MNIST and its relatives) into PNG class folders {@code
 * train/CLASS/00001.png} and {@code val/CLASS/00001.png}. Both parts are drawn from the given
 * files, balanced by class, disjoint, by seed. The image file is streamed.
 *
 * @param images IDX file of images, gzip or plain
 * @param labels IDX file of labels, gzip or plain
 * @param out folder to create; an existing one must be empty
 * @param train number of training images, a multiple of the number of classes, or 0
 * @param validation number of validation images, a multiple of the number of classes, or 0
 * @param pad side in pixels that images are zero-padded to, centred
 * @param classes folder names in the order of the labels
 * @param seed which images are drawn
 */
public record IdxImport(
    Path images,
    Path labels,
    Path out,
    int train,
    int validation,
    int pad,
    List<String> classes,
    long seed) {

  public IdxImport {
    classes = List.copyOf(classes);
    requireClassNames(classes);
    requireMultiple("training", train, classes.size());
    requireMultiple("validation", validation, classes.size());
    if (train + validation == 0) {
      throw new IllegalArgumentException(
          "no images are asked for: ask for training images, validation images or both");
    }
    if (pad < 1 || pad > 4096) {
      throw new IllegalArgumentException("the padded side is " + pad + " but must be 1 to 4096");
    }
  }

  /**
   * Writes the folders; on an error nothing is left behind.
   *
   * @throws IllegalArgumentException in one line, if a file is not what it claims to be, has too
   *     few images of a class, or the output folder is not empty
   * @throws UncheckedIOException if reading or writing fails
   */
  public void run() {
    WholeFolder.write(out, null, folder -> write(folder, targets()));
  }

  /** For each image of the file, where it goes below the output folder; null = nowhere. */
  private String[] targets() throws IOException {
    List<List<Integer>> byClass = new ArrayList<>();
    classes.forEach(name -> byClass.add(new ArrayList<>()));
    int items;
    try (IdxStream stream = IdxStream.open(labels, 1)) {
      items = stream.items();
      for (int i = 0; i < items; i++) {
        int label = stream.read()[0] & 0xFF;
        if (label >= classes.size()) {
          throw new IllegalArgumentException(
              "%s has label %s but only %s class names were given: name every class"
                  .formatted(labels, label, classes.size()));
        }
        byClass.get(label).add(i);
      }
      stream.requireEnd();
    }
    String[] targets = new String[items];
    for (int label = 0; label < classes.size(); label++) {
      assign(label, byClass.get(label), targets);
    }
    return targets;
  }

  private void assign(int label, List<Integer> members, String[] targets) {
    int perTrain = train / classes.size();
    int perValidation = validation / classes.size();
    String name = classes.get(label);
    if (members.size() < perTrain + perValidation) {
      throw new IllegalArgumentException(
          "%s has %s images of %s but %s are asked for: ask for fewer"
              .formatted(labels, members.size(), name, perTrain + perValidation));
    }
    int[] order =
        RandomStream.permutation(members.size(), RandomStream.of(seed, "idx-import", label));
    number("train/" + name, members, order, 0, perTrain, targets);
    number("val/" + name, members, order, perTrain, perValidation, targets);
  }

  private static void number(
      String folder, List<Integer> members, int[] order, int from, int count, String[] targets) {
    int[] chosen = Arrays.stream(order, from, from + count).map(members::get).sorted().toArray();
    for (int i = 0; i < count; i++) {
      targets[chosen[i]] = String.format(Locale.ROOT, "%s/%05d.png", folder, i + 1);
    }
  }

  private void write(Path folder, String[] targets) throws IOException {
    try (IdxStream stream = IdxStream.open(images, 3)) {
      if (stream.items() != targets.length) {
        throw new IllegalArgumentException(
            "%s declares %s images but %s %s labels: give the two files of one pair"
                .formatted(images, stream.items(), labels, targets.length));
      }
      int height = stream.dimension(1);
      int width = stream.dimension(2);
      if (height > pad || width > pad) {
        throw new IllegalArgumentException(
            "%s has images of %sx%s pixels, which do not fit into %s: pad to at least %s"
                .formatted(images, height, width, pad, Math.max(height, width)));
      }
      for (String target : targets) {
        byte[] pixels = stream.read();
        if (target != null) {
          Path file = folder.resolve(target);
          Files.createDirectories(file.getParent());
          Files.write(file, EncodedImage.png(padded(pixels, height, width), pad, pad));
        }
      }
      stream.requireEnd();
    }
  }

  private byte[] padded(byte[] pixels, int height, int width) {
    byte[] square = new byte[pad * pad];
    int top = (pad - height) / 2;
    int left = (pad - width) / 2;
    for (int row = 0; row < height; row++) {
      System.arraycopy(pixels, row * width, square, (top + row) * pad + left, width);
    }
    return square;
  }

  static void requireClassNames(List<String> classes) {
    if (classes.isEmpty() || classes.size() > 256) {
      throw new IllegalArgumentException(
          classes.size() + " class names were given but 1 to 256 are possible");
    }
    for (String name : classes) {
      if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
        throw new IllegalArgumentException(
            "the class name '%s' cannot be a folder: use letters, digits, dot, dash and underscore"
                .formatted(name));
      }
    }
    if (new HashSet<>(classes).size() < classes.size()) {
      throw new IllegalArgumentException("a class name occurs twice in " + classes);
    }
  }

  private static void requireMultiple(String part, int count, int classes) {
    if (count < 0 || count % classes != 0) {
      throw new IllegalArgumentException(
          "the number of %s images is %s but must be a multiple of the %s classes, or 0"
              .formatted(part, count, classes));
    }
  }
}
