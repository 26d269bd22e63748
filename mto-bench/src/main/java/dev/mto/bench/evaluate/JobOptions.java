package dev.mto.bench.evaluate;

import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.evaluation.ClassifierFolder;
import dev.mto.evaluation.ClassifierResult;
import dev.mto.evaluation.ClassifierTraining;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of a job that trains a classifier. */
final class JobOptions {
  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description =
          "Recipe in YAML over the baseline's official one; configs/evaluate holds examples.")
  private Path recipe;

  @Option(
      names = "--recipe-set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key of the recipe, e.g. --recipe-set epochs=20. Repeatable.")
  private List<String> settings = List.of();

  @Option(
      names = "--untrained",
      description = "An encoder with its first values instead: the twin to compare with.")
  private boolean untrained;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Folder of results (default: evaluate/ in the run's folder; none with --cached).")
  private Path out;

  @Option(names = "--resume", description = "Goes on from the last checkpoint in that folder.")
  private boolean resume;

  @Mixin private JsonOutput json;

  /**
   * The recipe.
   *
   * @param more settings that options of the command stand for, over all others
   */
  <T> T recipe(String defaults, Class<T> type, List<String> more) {
    List<String> all = new ArrayList<>(settings);
    all.addAll(more);
    return ConfigLoader.load(defaults, recipe, all, type);
  }

  /**
   * A classifier on cached features has a few options of its own and no checkpoints.
   *
   * @throws UserException when one of these options was given
   */
  void refuseForCachedFeatures() {
    if (resume) {
      throw new UserException(
          "--resume: a classifier on cached features takes seconds and keeps no checkpoint; leave"
              + " --resume out to train it again");
    }
    if (recipe != null || !settings.isEmpty()) {
      throw new UserException(
          "--recipe: does not apply to cached features, which are classified by logistic regression; use --c");
    }
    if (untrained) {
      throw new UserException(
          "--untrained: with --cached, untrained encoders are always measured too; leave it out");
    }
  }

  boolean untrained() {
    return untrained;
  }

  /** Where a classifier on cached features is kept; null for nowhere. */
  Path out() {
    return out;
  }

  JsonOutput json() {
    return json;
  }

  /**
   * Runs a job; exit code 0 done, 130 stopped by Ctrl-C.
   *
   * @param block whose features are seen, 0 for the usual ones; part of the usual folder's name
   */
  int run(ClassifierTraining training, int block, EvaluatedModel model, TrainedModel opened)
      throws IOException {
    Path root = out;
    if (root == null) {
      root =
          model.folder(
              training.task()
                  + (block > 0 ? "-block-" + block : "")
                  + (untrained ? "-untrained" : ""));
    }
    ClassifierFolder folder = ClassifierFolder.prepare(root, training.recipe(), resume);
    LabelledImages images = LabelledImages.open(model.config(opened), folder.badImages());
    PrintStream console = System.out;
    Optional<ClassifierResult> result = training.run(images, folder, resume, console);
    result.ifPresent(json::write);
    return result.isPresent() ? 0 : StopSignal.EXIT_CODE;
  }
}
