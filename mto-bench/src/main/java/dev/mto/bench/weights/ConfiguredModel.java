package dev.mto.bench.weights;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that describe a model. */
public final class ConfiguredModel {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Configuration of the model in YAML; configs/ holds examples.")
  private Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key of --config, e.g. --set model.patch=8. May be given often.")
  private List<String> settings = List.of();

  /**
   * Whether there is one.
   *
   * @throws UserException for settings of none
   */
  public boolean given() {
    if (config == null && !settings.isEmpty()) {
      throw new UserException("--set: overrides keys of --config, which is not given");
    }
    return config != null;
  }

  /**
   * The configuration.
   *
   * @throws UserException when it is missing or wrong
   */
  public RunConfig config() {
    if (config == null) {
      throw new UserException("--config is missing: give the configuration of the model");
    }
    return ConfigLoader.load(config, settings, name -> Baselines.named(name).recipe());
  }

  /** Refuses the options where they make no sense. */
  public void refuseIfGiven(String because) {
    if (config != null || !settings.isEmpty()) {
      throw new UserException("--config and --set: " + because + "; leave them out");
    }
  }
}
