package dev.mto.mae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.testing.TinyRun;
import dev.mto.models.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole runs of the training job on generated images. */
class PretrainingEndToEndTest {
  private static final String CONFIGURATION =
      """
      baseline: mae
      model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 24, depth: 2, heads: 2 }
      options: { decoder_dim: 16, decoder_depth: 2, decoder_heads: 2, norm_pix: false }
      data: { train: %s, val: %s }
      training:
        epochs: 4
        batch: 8
        accumulate: 1
        base_lr: 5.0e-3
        lr_scale_batch: none
        warmup_epochs: 0.5
      log: { heterogeneity_every: 3, knn_every_epochs: 1, pictures_every_epochs: 4 }
      """;

  @TempDir private static Path root;
  private static TinyRun tiny;

  @BeforeAll
  static void images() throws IOException {
    tiny = new TinyRun(new Mae(), root, CONFIGURATION);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lossFallsWithAndWithoutMto(boolean mto) {
    List<JsonNode> rows = TinyRun.metrics(tiny.train("falls-" + mto, "mto.enabled=" + mto));

    assertThat(rows).hasSize(24);
    assertThat(mean(rows.subList(18, 24))).isLessThan(.9 * mean(rows.subList(0, 6)));
    assertThat(rows.get(0).has("loss.e")).isEqualTo(mto);
    assertThat(rows.get(0).get("heterogeneity")).hasSize(3);
    assertThat(rows.get(23).get("heterogeneity.bound").asDouble())
        .isCloseTo(Math.log(4), within(1e-6));
  }

  @Test
  void resumedRunEqualsTheUndisturbedOneBitForBit() throws IOException {
    Path whole = tiny.train("whole", "checkpoint.every_epochs=1");
    Path cut = tiny.train("cut", "checkpoint.every_epochs=1");
    Files.delete(TinyRun.last(cut));
    Files.delete(cut.resolve("checkpoints/epoch-0004.safetensors"));

    tiny.resume("cut");

    assertThat(Files.mismatch(TinyRun.last(whole), TinyRun.last(cut))).isEqualTo(-1);
    assertThat(TinyRun.metrics(cut)).isEqualTo(TinyRun.metrics(whole));
  }

  @Test
  void runStoppedBeforeItsFirstStepResumesWithItsInitialWeights() {
    Path source = TinyRun.last(tiny.train("source", "training.epochs=1"));
    Path whole = tiny.trainFrom(source, "initialised", "training.seed=2");
    Path cut = tiny.prepareFrom(source, "prepared", "training.seed=2");

    tiny.resume("prepared");

    assertThat(TinyRun.metrics(cut)).isEqualTo(TinyRun.metrics(whole)).hasSize(24);
    assertThat(TinyRun.metrics(whole).get(0).get("loss.ss").asDouble())
        .isLessThan(
            TinyRun.metrics(tiny.train("other", "training.seed=2", "training.epochs=1"))
                .get(0)
                .get("loss.ss")
                .asDouble());
  }

  @Test
  void microBatchesEqualOneLargeBatch() {
    Path large = tiny.train("large", "training.epochs=1", "training.batch=8");
    Path small =
        tiny.train("small", "training.epochs=1", "training.batch=4", "training.accumulate=2");

    Map<String, INDArray> one = WeightFile.read(TinyRun.last(large));
    Map<String, INDArray> two = WeightFile.read(TinyRun.last(small));
    assertThat(one.keySet()).isEqualTo(two.keySet());
    // Adam divides by tiny second moments where a gradient is zero in theory: the key bias
    for (String name : List.of("mask_token", "blocks.0.mlp.fc1.weight", "decoder_pred.weight")) {
      INDArray difference = one.get(name).sub(two.get(name));
      assertThat(difference.norm2Number().doubleValue())
          .as(name)
          .isLessThan(1e-3 * one.get(name).norm2Number().doubleValue());
    }
  }

  @Test
  void referenceIsTheLossOfAPredictionWithoutAModel() {
    JsonNode raw = TinyRun.metrics(tiny.train("raw", "training.epochs=1")).get(0);
    JsonNode normalised =
        TinyRun.metrics(tiny.train("normalised", "training.epochs=1", "options.norm_pix=true"))
            .get(0);

    assertThat(raw.get("loss.reference").asDouble()).isGreaterThan(0.1);
    assertThat(normalised.get("loss.reference").asDouble()).isBetween(0.2, 1.0);
  }

  @Test
  void normPixRunMakesBothPictures() {
    Path run = tiny.train("pictures", "training.epochs=1", "options.norm_pix=true");

    assertThat(run.resolve("pictures/reconstruction-0001.png")).isNotEmptyFile();
    assertThat(run.resolve("pictures/loss.png")).isNotEmptyFile();
  }

  @Test
  void whatMaeDoesNotHaveIsRefusedByItsKey() {
    assertThatThrownBy(() -> tiny.train("drop", "model.drop_path=0.1"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("model.drop_path: 0.1 must be 0");
    assertThatThrownBy(() -> tiny.train("heads", "options.decoder_heads=3"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("options.decoder_heads: 3 must divide");
    assertThatThrownBy(() -> tiny.train("key", "options.decoder_width=3"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("decoder_width");
  }

  private static double mean(List<JsonNode> rows) {
    return rows.stream().mapToDouble(row -> row.get("loss.ss").asDouble()).average().orElseThrow();
  }
}
