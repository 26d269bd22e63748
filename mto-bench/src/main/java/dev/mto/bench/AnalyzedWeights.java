package dev.mto.bench;

import dev.mto.bench.weights.ConfiguredModel;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.analysis.RunAnalysis;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say what is analyzed and where pictures go. */
final class AnalyzedWeights {
  @Option(names = "--run", paramLabel = "DIR", description = "A run's folder.")
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
          "Instead of a run: a file of weights (safetensors, or an official .pth), with --config"
              + " for its model and the images.")
  private Path weights;

  @Mixin private ConfiguredModel model;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Images to look at (default: the configuration's data.val, or data.train).")
  private String images;

  @Option(
      names = "--out",
      defaultValue = "pictures",
      paramLabel = "DIR",
      description = "Where pictures go (default: ${DEFAULT-VALUE}).")
  private Path out;

  Path out() {
    return out;
  }

  RunAnalysis open() {
    if ((run == null) == (weights == null)) {
      throw new UserException("give either --run DIR, or --weights FILE and --config FILE");
    }
    if (run == null) {
      if (epoch != null) {
        throw new UserException("--checkpoint " + epoch + ": only a run has kept checkpoints");
      }
      RunConfig config = model.config().withFolders(null, images);
      return RunAnalysis.ofWeights(baseline(config), config, weights, out);
    }
    model.refuseIfGiven("a run has its own configuration");
    RunFolder folder = RunFolder.open(run);
    RunConfig config = ConfigLoader.read(folder.config()).withFolders(null, images);
    return epoch == null
        ? RunAnalysis.ofRun(baseline(config), config, folder, System.err::println)
        : RunAnalysis.ofRun(baseline(config), config, folder, folder.kept(config, epoch));
  }

  private static Baseline baseline(RunConfig config) {
    return Baselines.named(config.baseline());
  }
}
