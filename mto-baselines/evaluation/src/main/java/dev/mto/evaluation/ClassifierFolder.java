package dev.mto.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The files of a trained classifier: {@code recipe.yaml}, {@code train.log}, {@code metrics.jsonl},
 * {@code checkpoints/}, and at the end {@code result.json}, {@code confusion.csv} and {@code
 * accuracy.png}.
 */
public final class ClassifierFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;

  private ClassifierFolder(Path root) {
    this.root = root;
  }

  /**
   * Makes the folder, or opens it again to resume.
   *
   * @param recipe the resolved recipe
   * @throws UserException when another result is there, or to resume with another recipe
   */
  public static ClassifierFolder prepare(Path root, Object recipe, boolean resume) {
    Path file = root.resolve("recipe.yaml");
    String text = ConfigLoader.write(recipe);
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(root.resolve("checkpoints"));
        AtomicFiles.writeString(file, text);
      } else if (!resume) {
        throw new UserException(
            root + ": a result is there already; go on with --resume, or name another --out");
      } else if (!Files.readString(file).equals(text)) {
        throw new UserException(
            file + ": was made with another recipe; resume with that one, or name another --out");
      }
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
    return new ClassifierFolder(root);
  }

  /** Keeps other processes out, and takes away what a killed one left. */
  FolderLock lock() {
    FolderLock lock = FolderLock.of(root);
    AtomicFiles.sweep(root);
    AtomicFiles.sweep(root.resolve("checkpoints"));
    return lock;
  }

  /**
   * Notes what a classifier is made from, or compares it with what was noted.
   *
   * @param identities of weights and images, by what they are
   * @throws UserException to go on with others
   */
  void requireSame(Map<String, String> identities) {
    Path file = root.resolve("provenance.json");
    try {
      if (!Files.exists(file)) {
        AtomicFiles.writeString(
            file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(identities) + "\n");
        return;
      }
      JsonNode noted = JSON.readTree(file.toFile());
      for (Map.Entry<String, String> now : identities.entrySet()) {
        if (!noted.path(now.getKey()).asText().equals(now.getValue())) {
          throw new UserException(
              "%s: was begun with other %s; go on with those, or name another --out"
                  .formatted(root, now.getKey()));
        }
      }
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  Path root() {
    return root;
  }

  Path log() {
    return root.resolve("train.log");
  }

  public Path badImages() {
    return root.resolve("bad-images.txt");
  }

  /** Writes the result, its confusion matrix and its curve. */
  void write(ClassifierResult result, List<String> classes) {
    try {
      AtomicFiles.writeString(root.resolve("result.json"), json(result));
      AtomicFiles.writeString(
          root.resolve("confusion.csv"), confusion(result.confusion(), classes));
      double[] epochs = result.curve().stream().mapToDouble(EpochRow::epoch).toArray();
      double[] top1 = result.curve().stream().mapToDouble(row -> 100 * row.top1()).toArray();
      LineChart.of(result.task() + " of " + result.model(), "epoch", "top-1 accuracy (%)")
          .with(Series.dots("validation", epochs, top1))
          .write(root.resolve("accuracy.png"));
    } catch (IOException e) {
      throw FileException.writing(root, e);
    }
  }

  static String json(ClassifierResult result) throws IOException {
    return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n";
  }

  /** Rows are true classes, columns predicted ones. */
  private static String confusion(List<List<Integer>> counts, List<String> classes) {
    StringBuilder text = new StringBuilder("true\\predicted");
    classes.forEach(name -> text.append(',').append(quoted(name)));
    for (int row = 0; row < classes.size(); row++) {
      text.append('\n').append(quoted(classes.get(row)));
      counts.get(row).forEach(count -> text.append(',').append(count));
    }
    return text.append('\n').toString();
  }

  private static String quoted(String name) {
    return name.matches("[^\",\r\n]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }
}
