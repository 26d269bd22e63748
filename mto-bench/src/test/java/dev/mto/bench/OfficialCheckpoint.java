package dev.mto.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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

  /** {@code weights import} of the file to {@code out}. */
  Execution importTo(Path out, Path folder, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("weights", "import", file().toString(), "--config", config(folder).toString()));
    arguments.addAll(List.of("--out", out.toString()));
    arguments.addAll(List.of(more));
    return Execution.of(arguments.toArray(String[]::new));
  }

  /** {@code weights export} of an imported file to {@code out}. */
  Execution export(Path imported, Path out, Path folder, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("weights", "export", "--weights", imported.toString(), "--config"));
    arguments.addAll(List.of(config(folder).toString(), "--out", out.toString()));
    arguments.addAll(List.of(more));
    return Execution.of(arguments.toArray(String[]::new));
  }
}
