package dev.mto.bench.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.weights.BuiltinWeights;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightSource;
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
          "Instead of a run: a file of weights (safetensors, a PyTorch checkpoint, a model's folder"
              + " as Hugging Face has it), with --config; or builtin:mae-tiny, a small encoder that"
              + " ships with this software, without.")
  private String weights;

  @Option(
      names = "--entry",
      paramLabel = "NAME",
      description = "With --weights: the entry of a training checkpoint to take, e.g. model_ema.")
  private String entry;

  @Mixin private ConfiguredModel model;

  /**
   * The model; nothing where none is named.
   *
   * @throws UserException where options say what of it without saying which
   */
  Optional<TrainedModel> openIfGiven() {
    if (run != null || weights != null) {
      return Optional.of(open());
    }
    refuseIfGiven("neither --run nor --weights says of which model");
    return Optional.empty();
  }

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
      return ofWeights();
    }
    if (entry != null) {
      throw new UserException("--entry " + entry + ": only a file of weights has entries");
    }
    model.refuseIfGiven("a run has its own configuration");
    return TrainedModel.ofRun(run, Optional.ofNullable(epoch), System.err::println);
  }

  private TrainedModel ofWeights() {
    if (!BuiltinWeights.means(weights)) {
      return TrainedModel.ofFile(
          WeightSource.named(weights, entry), model.config(), System.out::println);
    }
    if (entry != null) {
      throw new UserException("--entry " + entry + ": " + weights + " has no entries");
    }
    model.refuseIfGiven(weights + " has its own configuration");
    return TrainedModel.builtin(weights);
  }

  /**
   * Refuses the options where another one says what is meant.
   *
   * @throws UserException when one was given
   */
  void refuseIfGiven(String because) {
    if (run != null || epoch != null || weights != null || entry != null) {
      throw new UserException(
          "--run, --checkpoint, --weights and --entry: " + because + "; leave them out");
    }
    model.refuseIfGiven(because);
  }

  /** Where results of {@code task} go unless it is said: beside the run, or under evaluate/. */
  public Path folder(String task) {
    if (run != null) {
      return run.resolve("evaluate").resolve(epoch == null ? task : task + "-epoch-" + epoch);
    }
    String name =
        BuiltinWeights.means(weights)
            ? weights.substring(BuiltinWeights.PREFIX.length())
            : String.valueOf(Path.of(weights).toAbsolutePath().normalize().getFileName());
    return Path.of("evaluate", name.replaceFirst("\\.[^.]*$", "") + "-" + task);
  }
}
