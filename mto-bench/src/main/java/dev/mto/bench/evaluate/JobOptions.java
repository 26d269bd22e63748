package dev.mto.bench.evaluate;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of a job that trains a classifier. */
public final class JobOptions {
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
      description = "Folder of results (default: evaluate/ in the run's folder).")
  private Path out;

  @Option(names = "--resume", description = "Goes on from the last checkpoint in that folder.")
  private boolean resume;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the result here.")
  private Path json;

  <T> T recipe(String defaults, Class<T> type) {
    return ConfigLoader.load(defaults, recipe, settings, type);
  }

  /**
   * A classifier on cached features has a few options of its own, no folder and no checkpoints.
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
          "--recipe: does not apply to cached features; use --epochs, --learning-rate, --l2");
    }
    if (untrained) {
      throw new UserException(
          "--untrained: with --cached, untrained encoders are always measured too; leave it out");
    }
    if (out != null) {
      throw new UserException(
          "--out: a classifier on cached features has no folder; write the figures by --json FILE");
    }
  }

  public boolean untrained() {
    return untrained;
  }

  public boolean resume() {
    return resume;
  }

  public Path json() {
    return json;
  }

  /** Where results go. */
  Path out(EvaluatedModel model, String task) {
    return out == null ? model.folder(untrained ? task + "-untrained" : task) : out;
  }
}
