package dev.mto.speed.step;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A training step to measure, with Masked Token Optimization and without.
 *
 * @param name for people, e.g. {@code simmim-vit-tiny}
 * @param with the configuration with MTO
 * @param without the same without
 */
record BenchmarkCase(String name, RunConfig with, RunConfig without) {
  /** The case of a user's own configuration. */
  static BenchmarkCase of(String name, Path config, List<String> settings) {
    return new BenchmarkCase(name, load(config, settings, true), load(config, settings, false));
  }

  private static RunConfig load(Path config, List<String> settings, boolean mto) {
    List<String> all = new ArrayList<>(settings);
    all.add("mto.enabled=" + mto);
    return ConfigLoader.load(config, all, baseline -> Baselines.named(baseline).recipe());
  }

  RunConfig config(boolean mto) {
    return mto ? with : without;
  }

  /** Images of a step. */
  int batch() {
    return with.training().batch();
  }
}
