package dev.mto.bench.evaluate;

import dev.mto.bench.weights.ConfiguredModel;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.WeightSource;
import dev.mto.evaluation.WeightsOf;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which encoder is evaluated, and on which images. */
public final class EvaluatedModel {
  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "A run's folder; its newest checkpoint is taken.")
  private Path run;

  @Option(
      names = "--checkpoint",
      paramLabel = "EPOCH",
      description = "With --run: the checkpoint kept after this epoch.")
  private Integer epoch;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "Instead of a run: a file of weights (safetensors, or an official .pth), with --config.")
  private Path weights;

  @Mixin private ConfiguredModel model;

  @Option(
      names = "--train",
      paramLabel = "DIR",
      description = "Labelled training images (default: the configuration's data.train).")
  private String train;

  @Option(
      names = "--val",
      paramLabel = "DIR",
      description = "Labelled images to measure on (default: the configuration's data.val).")
  private String val;

  /** The configuration, with the folders of images that were given. */
  public RunConfig config() {
    if ((run == null) == (weights == null)) {
      throw new UserException("give either --run DIR, or --weights FILE and --config FILE");
    }
    if (run == null) {
      if (epoch != null) {
        throw new UserException("--checkpoint " + epoch + ": only a run has kept checkpoints");
      }
      return model.config().withFolders(train, val);
    }
    model.refuseIfGiven("a run has its own configuration");
    return ConfigLoader.read(RunFolder.open(run).config()).withFolders(train, val);
  }

  public static Baseline baseline(RunConfig config) {
    return Baselines.named(config.baseline());
  }

  /**
   * The model's tensors under official names.
   *
   * @throws UserException when there is no such model, or it has no teacher
   */
  public Map<String, INDArray> tensors(RunConfig config, WeightsOf which) {
    ModelWeights loaded = load(config);
    if (which == WeightsOf.STUDENT) {
      return loaded.tensors();
    }
    if (!loaded.hasTeacher()) {
      throw new UserException(
          "weights: teacher: " + config.baseline() + " has none; choose student");
    }
    return loaded.teacher();
  }

  private ModelWeights load(RunConfig config) {
    Baseline baseline = baseline(config);
    if (run == null) {
      ModelWeights loaded = new ModelWeights(baseline, config);
      loaded.loadEncoder(baseline, WeightSource.of(weights));
      return loaded;
    }
    RunFolder folder = RunFolder.open(run);
    if (epoch == null) {
      return ModelWeights.ofRun(baseline, config, folder, System.err::println);
    }
    return ModelWeights.ofRun(baseline, config, folder, folder.kept(config, epoch));
  }

  /** What is evaluated, in words. */
  public String name() {
    return run == null ? weights.toString() : run + (epoch == null ? "" : " after epoch " + epoch);
  }

  /** Where results go unless it is said: beside the run, or under {@code evaluate/}. */
  Path folder(String task) {
    if (run != null) {
      return run.resolve("evaluate").resolve(epoch == null ? task : task + "-epoch-" + epoch);
    }
    String file = weights.getFileName().toString();
    return Path.of("evaluate", file.replaceFirst("\\.[^.]*$", "") + "-" + task);
  }
}
