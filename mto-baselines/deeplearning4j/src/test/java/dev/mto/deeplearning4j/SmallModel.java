package dev.mto.deeplearning4j;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Weights that official implementations wrote, of models small enough for a test. */
enum SmallModel {
  SIMMIM(
      "c_simmim",
      "model: { preset: vit-tiny, image: [48, 48], patch: 8, dim: 48, depth: 2, heads: 3 }",
      "masking: { ratio: 0.6, unit: 16 }"),
  MAE(
      "b_mae",
      "model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 48, depth: 2, heads: 3 }",
      "options: { decoder_dim: 32, decoder_depth: 2, decoder_heads: 2 }"),
  BOOTMAE(
      "d_bootmae",
      "model: { preset: vit-tiny, image: [48, 48], patch: 8, dim: 24, depth: 3, heads: 3 }",
      "options: { decoder_dim: 16, block_patches: 10, block_min: 4, block_max: 10 }"),
  CONMIM(
      "d_conmim",
      "model: { preset: vit-tiny, image: [48, 48], patch: 8, dim: 24, depth: 2, heads: 3 }",
      "options: { projector_hidden: 40, projector_dim: 16, lm_head: 16 }\n"
          + "masking: { ratio: 0.6, unit: 8 }");

  private final String oracle;
  private final String model;
  private final String more;

  SmallModel(String oracle, String model, String more) {
    this.oracle = oracle;
    this.model = model;
    this.more = more;
  }

  private String baseline() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  Path weights() {
    return Path.of("..", baseline(), "src/test/resources/oracle", oracle, "case0/weights.pth");
  }

  RunConfig config() {
    try {
      Path yaml = Files.createTempFile("small", ".yaml");
      try {
        Files.writeString(
            yaml,
            String.join("\n", "baseline: " + baseline(), model, more, "data: { train: images }"));
        return ConfigLoader.load(yaml, List.of(), name -> Baselines.named(name).recipe());
      } finally {
        Files.delete(yaml);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  PretrainedEncoder encoder() {
    return PretrainedEncoder.ofWeights(weights(), config());
  }

  /** What {@code mto evaluate} sees. */
  INDArray features(INDArray images, FeatureKind kind) {
    RunConfig config = config();
    Baseline baseline = Baselines.named(config.baseline());
    TrainedModel model = TrainedModel.ofFile(weights(), config);
    try (FrozenEncoder encoder =
        FrozenEncoder.of(baseline, config, model.tensors(WeightsOf.STUDENT))) {
      return encoder.features(images, kind);
    }
  }

  INDArray images(int count, DataType type, long seed) {
    List<Integer> sides = config().model().image();
    Random random = new Random(seed);
    double[] pixels = new double[count * 3 * sides.get(0) * sides.get(1)];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextGaussian();
    }
    return Nd4j.create(pixels, new long[] {count, 3, sides.get(0), sides.get(1)}, 'c').castTo(type);
  }
}
