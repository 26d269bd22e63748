package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.image.UnreadableImageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * over, so that {@code LOC_val_solution.csv} is such a file.
 */
final class ClassList {
  private static final Pattern LINE =
      Pattern.compile("([^,\\t]+?)[,\\s]\\s*([^,\\s]+)(?:[,\\s].*)?");

  private final Path file;
  private final Map<String, String> classes = new HashMap<>();

  private ClassList(Path file) {
    this.file = file;
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
    return Files.isRegularFile(file) ? new ClassList(file).read().of(images) : images;
  }

  private ClassList read() {
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        Matcher parts = LINE.matcher(line.strip());
        if (!parts.matches()) {
          if (line.isBlank()) {
            continue;
          }
          throw new IllegalArgumentException(
              "%s, line %d: '%s' is no name of an image and its class"
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
    List<String> names = List.copyOf(new TreeSet<>(List.of(each)));
    Map<String, Integer> ranks = new HashMap<>();
    names.forEach(name -> ranks.put(name, ranks.size()));
    int[] labels = Stream.of(each).mapToInt(ranks::get).toArray();
    String identity = DigestUtils.sha256Hex(String.join("\n", each));
    return images.inListedClasses(file, names, labels, identity);
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
      public int archives() {
        return of.archives();
      }

      @Override
      public int archive(int index) {
        return of.archive(index);
      }

      @Override
      public int block(int index) {
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
