package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.image.UnreadableImageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.io.FilenameUtils;

/**
 * Classes of images that do not lie in class folders, as ImageNet's validation images: a text file
 * {@code NAME.classes} beside the folder or archive {@code NAME}. A line holds an image's name,
 * with or without its ending, and its class behind a blank, tab or comma; what follows is passed
 * over, so that {@code LOC_val_solution.csv} is such a file. Or a line holds nothing but a number,
 * as ImageNet's {@code ILSVRC2012_validation_ground_truth.txt}: it is of the image of that line in
 * the order of names, and counts the lines of {@code NAME.synsets}, which are the classes.
 */
final class ClassList {
  private static final Pattern LINE =
      Pattern.compile("([^,\\t]+?)[,\\s]\\s*([^,\\s]+)(?:[,\\s].*)?");

  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  private static final Pattern NUMBERED = Pattern.compile(".*?(\\d{1,9})(?:\\.[^.\\d]+)?");

  private final Path file;
  private final Path synsets;
  private final Map<String, String> classes = new HashMap<>();
  private final List<Integer> numbers = new ArrayList<>();

  private ClassList(Path file, Path synsets) {
    this.file = file;
    this.synsets = synsets;
  }

  /**
   * The same images in the classes that a file beside them says; themselves where there is none.
   *
   * @throws IllegalArgumentException in one line, if it is not whole
   */
  static ImageFolder named(ImageFolder images) {
    Path root = images.root().toAbsolutePath().normalize();
    if (images.labelled() || root.getFileName() == null) {
      return images;
    }
    Path file = root.resolveSibling(root.getFileName() + ".classes");
    Path synsets = root.resolveSibling(root.getFileName() + ".synsets");
    return Files.isRegularFile(file) ? new ClassList(file, synsets).read().of(images) : images;
  }

  private ClassList read() {
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (NUMBER.matcher(line.strip()).matches() && numbers.size() == number - 1) {
          numbers.add(Integer.valueOf(line.strip()));
          continue;
        }
        Matcher parts = LINE.matcher(line.strip());
        if (!parts.matches()) {
          if (line.isBlank()) {
            continue;
          }
          throw new IllegalArgumentException(
              "%s, line %d: '%s' is no name of an image and its class"
                  .formatted(file, number, line.strip()));
        }
        if (!numbers.isEmpty()) {
          throw new IllegalArgumentException(
              "%s, line %d: '%s' is no number of a class, as those before it"
                  .formatted(file, number, line.strip()));
        }
        String before = classes.put(parts.group(1), parts.group(2));
        if (before != null && !before.equals(parts.group(2))) {
          throw new IllegalArgumentException(
              "%s, line %d: %s is of class %s before"
                  .formatted(file, number, parts.group(1), before));
        }
      }
      return this;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is no text in UTF-8", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file + ": " + e, e);
    }
  }

  private ImageFolder of(ImageFolder images) {
    String[] each = numbers.isEmpty() ? byName(images) : byNumber(images);
    List<String> names = List.copyOf(new TreeSet<>(List.of(each)));
    Map<String, Integer> ranks = new HashMap<>();
    names.forEach(name -> ranks.put(name, ranks.size()));
    int[] labels = Stream.of(each).mapToInt(ranks::get).toArray();
    String identity = DigestUtils.sha256Hex(String.join("\n", each));
    return images.inListedClasses(file, names, labels, identity);
  }

  private String[] byName(ImageFolder images) {
    String[] each = new String[images.size()];
    for (int i = 0; i < each.length; i++) {
      String name = images.root().relativize(images.path(i)).toString().replace('\\', '/');
      each[i] = classes.getOrDefault(name, classes.get(FilenameUtils.removeExtension(name)));
      if (each[i] == null) {
        throw new IllegalArgumentException(
            "%s does not name a class for %s: give one line for each image"
                .formatted(file, images.path(i)));
      }
    }
    return each;
  }

  /** Image n, by the number that its name ends in, is of the class that line n counts. */
  private String[] byNumber(ImageFolder images) {
    List<String> counted = synsets();
    if (numbers.size() != images.size()) {
      throw new IllegalArgumentException(
          "%s has %d numbers for %d images of %s: give one for each image"
              .formatted(file, numbers.size(), images.size(), images.root()));
    }
    String[] each = new String[images.size()];
    for (int i = 0; i < each.length; i++) {
      String name = String.valueOf(images.path(i).getFileName());
      Matcher numbered = NUMBERED.matcher(name);
      if (!numbered.matches() || Integer.parseInt(numbered.group(1)) != i + 1) {
        throw new IllegalArgumentException(
            "%s, line %d: is of image %d, but the images by their names have %s there"
                .formatted(file, i + 1, i + 1, name));
      }
      int number = numbers.get(i);
      if (number < 1 || number > counted.size()) {
        throw new IllegalArgumentException(
            "%s, line %d: there is no class %d in %s, which has %d"
                .formatted(file, i + 1, number, synsets, counted.size()));
      }
      each[i] = counted.get(number - 1);
    }
    return each;
  }

  /** The names of the classes in the order of their numbers, which is none of the alphabet. */
  private List<String> synsets() {
    if (!Files.isRegularFile(synsets)) {
      throw new IllegalArgumentException(
          "%s, line 1: '%d' is no name of an image and its class; where it is the number of a class, give %s, which has the classes (WNIDs) in the order of their numbers (ILSVRC2012_ID of the development kit's meta.mat), one a line"
              .formatted(file, numbers.get(0), synsets));
    }
    List<String> counted;
    try {
      counted = Files.readAllLines(synsets, UTF_8).stream().map(String::strip).toList();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + synsets + ": " + e, e);
    }
    for (int i = 0; i < counted.size(); i++) {
      if (!counted.get(i).matches("[^,\\s]+") || counted.indexOf(counted.get(i)) < i) {
        throw new IllegalArgumentException(
            "%s, line %d: '%s' is no class, or one that is there before; give one a line"
                .formatted(synsets, i + 1, counted.get(i)));
      }
    }
    if (counted.size() > 2 && counted.equals(counted.stream().sorted().toList())) {
      throw new IllegalArgumentException(
          "%s: its classes are in the order of the alphabet, in which the development kit does not count them: give the WNIDs in the order of ILSVRC2012_ID (meta.mat)"
              .formatted(synsets));
    }
    return counted;
  }

  /**
   * Members that lie without class folders.
   *
   * @param of them
   * @param file that names the classes
   */
  static Members inClasses(Members of, Path file, List<String> classes, int[] labels) {
    return new Members() {
      @Override
      public int size() {
        return of.size();
      }

      @Override
      public String path(int index) {
        return of.path(index);
      }

      @Override
      public List<String> classes() {
        return classes;
      }

      @Override
      public int label(int index) {
        return labels[index];
      }

      @Override
      public Optional<String> readAs() {
        return of.readAs().map(archives -> archives + " but those in " + file);
      }

      @Override
      public List<DatasetReport.BadFile> bad() {
        return of.bad();
      }

      @Override
      public int archives() {
        return of.archives();
      }

      @Override
      public int archive(int index) {
        return of.archive(index);
      }

      @Override
      public long block(int index) {
        return of.block(index);
      }

      @Override
      public byte[] bytes(int index, Path path) throws UnreadableImageException {
        return of.bytes(index, path);
      }

      @Override
      public void close() {
        of.close();
      }
    };
  }
}
