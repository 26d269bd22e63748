package dev.mto.bench;

import static dev.mto.engine.testing.CommandRun.arguments;
import static dev.mto.engine.testing.CommandRun.joined;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small checkpoints that the official implementations wrote, each with its configuration. */
public enum OfficialCheckpoint {
  SIMMIM(
      "simmim/src/test/resources/oracle/c_simmim/case0/weights.pth",
      """
      baseline: simmim
      model: { preset: vit-tiny, image: [48, 48], patch: 8, dim: 48, depth: 2, heads: 3, drop_path: 0.0 }
      masking: { ratio: 0.6, unit: 16 }
      data: { train: images }
      """),
  MAE(
      "mae/src/test/resources/oracle/b_mae/case0/weights.pth",
      """
      baseline: mae
      model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 48, depth: 2, heads: 3 }
      options: { decoder_dim: 32, decoder_depth: 2, decoder_heads: 2 }
      data: { train: images }
      """),
  MAE_IN_TRAINING(
      "mae/src/test/resources/oracle/b_mae/case_ckpt/train_checkpoint.pth",
      """
      baseline: mae
      model: { preset: vit-tiny, image: [16, 16], patch: 8, dim: 16, depth: 1, heads: 2 }
      options: { decoder_dim: 8, decoder_depth: 1, decoder_heads: 2 }
      masking: { ratio: 0.5 }
      data: { train: images }
      """),
  BOOTMAE(
      "bootmae/src/test/resources/oracle/d_bootmae/case0/weights.pth",
      """
      baseline: bootmae
      model: { preset: vit-tiny, image: [48, 48], patch: 8, dim: 24, depth: 3, heads: 3 }
      options: { decoder_dim: 16, block_patches: 10, block_min: 4, block_max: 10 }
      data: { train: images }
      """),
  CONMIM(
      "conmim/src/test/resources/oracle/d_conmim/case0/weights.pth",
      """
      baseline: conmim
      model: { preset: vit-tiny, image: [48, 48], patch: 8, dim: 24, depth: 2, heads: 3 }
      options: { projector_hidden: 40, projector_dim: 16, lm_head: 16 }
      masking: { ratio: 0.6, unit: 8 }
      data: { train: images }
      """);

  private static final Path BASELINES = Path.of("..", "mto-baselines");

  private final String file;
  private final String yaml;

  OfficialCheckpoint(String file, String yaml) {
    this.file = file;
    this.yaml = yaml;
  }

  public Path file() {
    return BASELINES.resolve(file);
  }

  /** ConMIM's teacher, which has a file of its own. */
  Path teacher() {
    return file().resolveSibling("teacher").resolve("weights.pth");
  }

  /** Writes the configuration into a folder. */
  public Path config(Path folder) {
    try {
      return Files.writeString(folder.resolve(name().toLowerCase(Locale.ROOT) + ".yaml"), yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The configuration with what its recipe adds. */
  public RunConfig runConfig(Path folder) {
    return ConfigLoader.load(config(folder), List.of(), name -> Baselines.named(name).recipe());
  }

  /** Seeded images of the configured size. */
  public static INDArray images(RunConfig config, int count) {
    int height = config.model().image().get(0);
    int width = config.model().image().get(1);
    Random random = new Random(1);
    float[] pixels = new float[count * 3 * height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(pixels, new long[] {count, 3, height, width}, 'c');
  }

  /** {@code weights import} of the file to {@code out}. */
  Execution importTo(Path out, Path folder, String... more) {
    String line = "weights import %s --config %s --out %s";
    return Execution.of(joined(arguments(line, file(), config(folder), out), more));
  }

  /** {@code weights export} of an imported file to {@code out}. */
  Execution export(Path imported, Path out, Path folder, String... more) {
    String line = "weights export --weights %s --config %s --out %s";
    return Execution.of(joined(arguments(line, imported, config(folder), out), more));
  }
}
