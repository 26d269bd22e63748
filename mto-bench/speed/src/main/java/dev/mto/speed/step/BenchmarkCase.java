package dev.mto.speed.step;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A training step to measure, with Masked Token Optimization and without.
 *
 * @param name for people, e.g. {@code simmim-vit-tiny}
 * @param folder for what its processes exchange, and for nothing else
 * @param with the configuration with MTO
 * @param without the same without
 */
public record BenchmarkCase(String name, Path folder, RunConfig with, RunConfig without) {

  /** The case of a configuration, whose resolved forms are written into {@code folder}. */
  static BenchmarkCase of(String name, Path folder, Path config, List<String> settings)
      throws IOException {
    BenchmarkCase benchmark =
        new BenchmarkCase(
            name, folder, load(config, settings, true), load(config, settings, false));
    Files.writeString(benchmark.config(true), ConfigLoader.write(benchmark.with()));
    Files.writeString(benchmark.config(false), ConfigLoader.write(benchmark.without()));
    return benchmark;
  }

  /**
   * A case in float32, and in another precision where that is what its configuration says: then it
   * is measured against float32, which comes first.
   */
  static List<BenchmarkCase> inPrecisions(
      String name, Path folder, Path config, List<String> settings) throws IOException {
    BenchmarkCase asked = of(name, folder, config, settings);
    if (!asked.narrow()) {
      return List.of(asked);
    }
    List<String> wide = new ArrayList<>(settings);
    wide.add("training.precision=float32");
    return List.of(
        of(name, Files.createDirectories(folder.resolve("float32")), config, wide), asked);
  }

  private static RunConfig load(Path config, List<String> settings, boolean mto) {
    List<String> all = new ArrayList<>(settings);
    all.add("mto.enabled=" + mto);
    return ConfigLoader.load(config, all, baseline -> Baselines.named(baseline).recipe());
  }

  /** Images of a step. */
  int batch() {
    return with.training().batch();
  }

  /** Whether the operands of linear layers and of attention are rounded. */
  boolean narrow() {
    return with.training().precision() != Precision.FLOAT32;
  }

  /** Type of these operands, as {@code training.precision} has it. */
  String precision() {
    return with.training().precision().name().toLowerCase(Locale.ROOT);
  }

  /** A contender's name for people, with the precision where that is not float32. */
  String title(String contender) {
    return contender + (narrow() ? ", " + precision() : "");
  }

  /** The name of its half with MTO or without, unique among the results of a run. */
  String name(boolean mto) {
    return name + (narrow() ? "-" + precision() : "") + (mto ? "-mto" : "");
  }

  /** The file of its resolved configuration. */
  public Path config(boolean mto) {
    return folder.resolve(mto ? "with-mto.yaml" : "without-mto.yaml");
  }

  /** What the peer trains, as JSON. */
  Path peerCase() {
    return folder.resolve("peer.json");
  }

  /** Images, masks and initial weights. */
  Path inputs() {
    return folder.resolve("inputs.safetensors");
  }

  /** Our gradients. */
  Path gradients(boolean mto) {
    return folder.resolve("gradients" + (mto ? "-mto" : "") + ".safetensors");
  }

  /** libtorch's gradients. */
  Path gradients(Blas blas, boolean mto) {
    return folder.resolve("gradients-" + blas.label() + (mto ? "-mto" : "") + ".safetensors");
  }
}
