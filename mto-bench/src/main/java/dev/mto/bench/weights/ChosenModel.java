package dev.mto.bench.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.weights.TrainedModel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which trained model is meant. */
public final class ChosenModel {
  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "A run's folder; its newest checkpoint is taken.")
  private Path run;

  @Option(
      names = "--checkpoint",
      paramLabel = "EPOCH",
      description = "With --run: the checkpoint kept after this epoch instead of the newest.")
  private Integer epoch;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "Instead of a run: a file of weights (safetensors, or an official .pth), with --config.")
  private Path weights;

  @Mixin private ConfiguredModel model;

  /**
   * The model; its weights are not read yet.
   *
   * @throws UserException unless one model is named
   */
  public TrainedModel open() {
    if ((run == null) == (weights == null)) {
      throw new UserException("give either --run DIR, or --weights FILE and --config FILE");
    }
    if (run == null) {
      if (epoch != null) {
        throw new UserException("--checkpoint " + epoch + ": only a run has kept checkpoints");
      }
      return TrainedModel.ofFile(weights, model.config());
    }
    model.refuseIfGiven("a run has its own configuration");
    return TrainedModel.ofRun(run, Optional.ofNullable(epoch), System.err::println);
  }

  /** Where results of {@code task} go unless it is said: beside the run, or under evaluate/. */
  public Path folder(String task) {
    if (run != null) {
      return run.resolve("evaluate").resolve(epoch == null ? task : task + "-epoch-" + epoch);
    }
    String file = weights.getFileName().toString();
    return Path.of("evaluate", file.replaceFirst("\\.[^.]*$", "") + "-" + task);
  }
}
