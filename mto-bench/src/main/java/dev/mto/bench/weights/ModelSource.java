package dev.mto.bench.weights;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.WeightSource;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which trained model is meant. */
final class ModelSource {
  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "A run's folder; its newest checkpoint is taken.")
  private Path run;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Instead of a run: a file of weights, with --config.")
  private Path weights;

  @Mixin private ConfiguredModel model;

  /** A configuration and a model with its trained weights. */
  record Trained(RunConfig config, ModelWeights weights) {}

  /**
   * Reads the model.
   *
   * @param encoderOnly whether a file may hold the encoder alone
   */
  Trained load(boolean encoderOnly) {
    if ((run == null) == (weights == null)) {
      throw new UserException("give either --run DIR, or --weights FILE and --config FILE");
    }
    if (run != null) {
      model.refuseIfGiven("a run has its own configuration");
      RunFolder folder = RunFolder.open(run);
      RunConfig config = ConfigLoader.read(folder.config());
      return new Trained(
          config,
          ModelWeights.ofRun(
              Baselines.named(config.baseline()), config, folder, System.err::println));
    }
    WeightSource source = WeightSource.of(weights);
    RunConfig config = model.config();
    Baseline baseline = Baselines.named(config.baseline());
    ModelWeights loaded = new ModelWeights(baseline, config);
    if (encoderOnly) {
      loaded.loadEncoder(baseline, source);
    } else {
      loaded.load(source);
    }
    return new Trained(config, loaded);
  }
}
