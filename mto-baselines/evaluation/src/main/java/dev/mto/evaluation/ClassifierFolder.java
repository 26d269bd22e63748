package dev.mto.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.evaluation.linear.LinearClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The files of a trained classifier: {@code recipe.yaml}, {@code train.log}, {@code metrics.jsonl},
 * {@code checkpoints/}, what its weights are of ({@code model.yaml}, {@code classifier.json}, for a
 * frozen encoder {@code encoder.safetensors}), and at the end {@code result.json}, {@code
 * confusion.csv} and {@code accuracy.png}.
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
    KeptClassifier kept = new KeptClassifier(root);
    try {
      if (!Files.exists(file)) {
        if (kept.exists() || Files.exists(kept.head())) {
          throw new UserException(
              root + ": a classifier that was solved is there already; name another --out");
        }
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

  /**
   * Makes the folder of a classifier that is solved at once, without recipe and checkpoints.
   *
   * @throws UserException when a result is there already
   */
  public static ClassifierFolder forSolved(Path root) {
    KeptClassifier kept = new KeptClassifier(root);
    if (kept.exists() || Files.exists(root.resolve("recipe.yaml"))) {
      throw new UserException(root + ": a result is there already; name another --out");
    }
    try {
      Files.createDirectories(root);
      Files.deleteIfExists(kept.encoder()); // of one that was killed, and perhaps of other weights
    } catch (IOException e) {
      throw FileException.writing(root, e);
    }
    return new ClassifierFolder(root);
  }

  /**
   * Keeps a classifier that was solved on frozen features.
   *
   * @param weights which of the model's they are of
   */
  public void keepSolved(
      FrozenEvaluation evaluation, WeightsOf weights, LinearClassifier classifier) {
    KeptClassifier kept = new KeptClassifier(root);
    Map<String, INDArray> head = new LinkedHashMap<>();
    head.put(ClassifierHead.MEAN, classifier.mean());
    head.put(ClassifierHead.VARIANCE, classifier.variance());
    head.put(ClassifierHead.WEIGHT, classifier.weight());
    head.put(ClassifierHead.BIAS, classifier.bias());
    KeptClassifier.write(kept.head(), head);
    TrainedModel model = evaluation.model();
    try (FrozenEncoder encoder =
        FrozenEncoder.of(model.baseline(), evaluation.config(), model.tensors(weights))) {
      kept.write(
          evaluation.config(),
          new ClassifierDescription(
              ClassifierDescription.SOLVED,
              evaluation.images().classes(),
              ClassifiedFeatures.solved(evaluation.kind())),
          encoder.tensors());
    }
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

  /**
   * Compares the model's configuration with the one that the job was begun with, if it was.
   *
   * @throws UserException naming a key that changes numbers and differs
   */
  void requireSameModel(RunConfig config) {
    KeptClassifier kept = new KeptClassifier(root);
    if (!kept.exists()) {
      return;
    }
    Map<String, String> then = ConfigLoader.values(ConfigLoader.write(kept.readConfig()));
    ConfigLoader.values(ConfigLoader.write(config))
        .forEach(
            (key, value) -> {
              if (changesNumbers(key) && !value.equals(then.get(key))) {
                throw new UserException(
                    "%s: was begun with %s: %s, and now it is %s; go on with that, or name another --out"
                        .formatted(root, key, then.get(key), value));
              }
            });
  }

  /** Images are compared by what they are, not by where. */
  private static boolean changesNumbers(String key) {
    return key.equals("baseline")
        || key.equals("training.precision")
        || key.startsWith("model.")
        || key.startsWith("options.")
        || (key.startsWith("data.")
            && !List.of("train", "val", "index", "workers", "max_bad_share", "shuffle")
                .contains(key.substring("data.".length())));
  }

  /** Notes what is needed to use the classifier, whatever becomes of what it was made from. */
  void keep(RunConfig config, ClassifierDescription description, Map<String, INDArray> encoder) {
    new KeptClassifier(root).write(config, description, encoder);
  }

  /** The folder itself. */
  public Path root() {
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

  /** A confusion matrix as CSV: rows are true classes, columns predicted ones. */
  public static String confusion(List<List<Integer>> counts, List<String> classes) {
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
