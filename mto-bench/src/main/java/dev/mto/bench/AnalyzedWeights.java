package dev.mto.bench;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.UserException;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.run.RunAnalysis;
import dev.mto.engine.run.RunFolder;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that say what is analyzed and where pictures go. */
final class AnalyzedWeights {
  @Option(names = "--run", paramLabel = "DIR", description = "A run's folder.")
  private Path run;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "Instead of a run: a file of weights (safetensors, or an official .pth), with --config.")
  private Path weights;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The model and the images for --weights.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key of --config. May be given often.")
  private List<String> settings = List.of();

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
    if (run != null && weights == null) {
      RunFolder folder = RunFolder.open(run);
      RunConfig resolved = ConfigLoader.read(folder.config());
      return RunAnalysis.ofRun(baseline(resolved), resolved, folder, System.err::println);
    }
    if (run == null && weights != null && config != null) {
      RunConfig resolved =
          ConfigLoader.load(config, settings, name -> Baselines.named(name).recipe());
      return RunAnalysis.ofWeights(baseline(resolved), resolved, weights, out);
    }
    throw new UserException("give either --run DIR, or --weights FILE and --config FILE");
  }

  private static Baseline baseline(RunConfig resolved) {
    return Baselines.named(resolved.baseline());
  }
}
