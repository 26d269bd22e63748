package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.testing.TinyRun;
import dev.mto.models.weights.SafeTensors;
import dev.mto.models.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole runs of the training job on generated images. */
class PretrainingEndToEndTest {
  private static final int STEPS_PER_EPOCH = TinyRun.TRAIN / 8;

  @TempDir private static Path root;
  private static TinyRun tiny;
  private static Path reference;

  @BeforeAll
  static void trainOnce() throws IOException {
    tiny = TinySimMim.in(root);
    reference = tiny.train("reference", "checkpoint.every_epochs=1");
  }

  @Test
  void lossFallsAndEveryStepHasARow() {
    List<JsonNode> rows = TinyRun.metrics(reference);

    assertThat(rows).hasSize(3 * STEPS_PER_EPOCH);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i).get("step").asLong()).isEqualTo(i + 1);
      assertThat(rows.get(i).get("epoch").asDouble())
          .isCloseTo((i + 1.0) / STEPS_PER_EPOCH, within(1e-12));
    }
    assertThat(mean(rows.subList(2 * STEPS_PER_EPOCH, 3 * STEPS_PER_EPOCH), "loss.ss"))
        .isLessThan(0.9 * mean(rows.subList(0, STEPS_PER_EPOCH), "loss.ss"));
  }

  @Test
  void totalLossIsTheWeightedSumOfItsTerms() {
    var weights = tiny.config().mto().weights();
    for (JsonNode row : TinyRun.metrics(reference)) {
      double sum =
          row.get("loss.ss").asDouble()
              + weights.spa() * row.get("loss.spa").asDouble()
              + weights.e() * row.get("loss.e").asDouble()
              + weights.r() * row.get("loss.r").asDouble();
      assertThat(row.get("loss").asDouble()).isCloseTo(sum, within(1e-5 * sum));
    }
  }

  @Test
  void validationIsMeasuredAtTheEndOfEachEpoch() {
    List<JsonNode> rows = TinyRun.metrics(reference);

    for (int i = 0; i < rows.size(); i++) {
      boolean last = (i + 1) % STEPS_PER_EPOCH == 0;
      assertThat(rows.get(i).has("val_loss")).as("row " + i).isEqualTo(last);
      assertThat(rows.get(i).has("knn")).as("row " + i).isEqualTo(last);
    }
  }

  @Test
  void heterogeneityStaysWithinItsBound() {
    List<JsonNode> rows = TinyRun.metrics(reference);

    for (JsonNode row : rows) {
      assertThat(row.get("heterogeneity")).hasSize(3);
      for (JsonNode h : row.get("heterogeneity")) {
        assertThat(h.asDouble()).isBetween(0.0, row.get("heterogeneity.bound").asDouble() + 1e-5);
      }
      assertThat(row.get("heterogeneity.bound").asDouble()).isCloseTo(Math.log(8), within(1e-6));
    }
  }

  @Test
  void theInitialEmbeddingsMaskedTokensAreTheMaskToken() throws IOException {
    INDArray maskToken =
        SafeTensors.read(TinyRun.last(reference)).tensors().get("encoder.mask_token");
    List<String> csv = Files.readAllLines(reference.resolve("pictures/heterogeneity.csv"));

    assertThat(csv.get(0)).endsWith(",masked_norm,visible_norm");
    assertThat(csv).hasSize(4);
    String[] initial = csv.get(1).split(",", -1);
    assertThat(Double.parseDouble(initial[initial.length - 2]))
        .isCloseTo(maskToken.norm2Number().doubleValue(), within(1e-5));
    assertThat(Double.parseDouble(initial[initial.length - 1])).isPositive();
  }

  @Test
  void runFolderHoldsEveryFile() throws IOException {
    assertThat(files(reference))
        .contains(
            "config.yaml",
            "provenance.json",
            "metrics.jsonl",
            "events.out.tfevents.mto",
            "train.log",
            "report.html",
            "checkpoints/last.safetensors",
            "checkpoints/last.json",
            "checkpoints/epoch-0003.safetensors",
            "pictures/reconstruction-0003.png",
            "pictures/loss.png",
            "pictures/heterogeneity.png")
        .noneMatch(file -> file.endsWith(".tmp"));
    for (String file : files(reference)) {
      assertThat(reference.resolve(file)).isNotEmptyFile();
    }
  }

  @Test
  void theSameSeedGivesTheSameRunAndAnotherSeedAnotherOne() throws IOException {
    Path again = tiny.train("again", "checkpoint.every_epochs=1");
    Path other = tiny.train("other", "training.seed=2", "training.epochs=1");

    assertThat(TinyRun.metrics(again)).isEqualTo(TinyRun.metrics(reference));
    assertThat(TinyRun.last(again)).hasSameBinaryContentAs(TinyRun.last(reference));
    assertThat(TinyRun.metrics(other).get(0)).isNotEqualTo(TinyRun.metrics(reference).get(0));
  }

  @Test
  void aRunResumedFromAnEpochGivesTheSameRowsAndTheSameCheckpoint() throws IOException {
    Path resumed = copyOf(reference, "resumed");
    Files.delete(TinyRun.last(resumed));
    Files.delete(resumed.resolve("checkpoints/epoch-0003.safetensors"));
    Files.delete(resumed.resolve("checkpoints/epoch-0002.safetensors"));

    tiny.resume("resumed");

    assertThat(Files.readString(resumed.resolve("train.log"))).contains("resuming after step 6");
    assertThat(TinyRun.metrics(resumed)).isEqualTo(TinyRun.metrics(reference));
    assertThat(TinyRun.last(resumed)).hasSameBinaryContentAs(TinyRun.last(reference));
  }

  @Test
  void twoMicroBatchesOfHalfTheSizeEqualOneBatch() {
    String[] shared = {"training.epochs=1", "model.drop_path=0.0", "data.val=null"};
    List<JsonNode> whole = TinyRun.metrics(tiny.train("whole", with(shared, "training.batch=8")));
    List<JsonNode> halves =
        TinyRun.metrics(
            tiny.train("halves", with(shared, "training.batch=4", "training.accumulate=2")));

    assertThat(halves).hasSameSizeAs(whole);
    for (int i = 0; i < whole.size(); i++) {
      for (String key : List.of("loss", "loss.ss", "loss.spa", "loss.e", "loss.r", "grad_norm")) {
        double expected = whole.get(i).get(key).asDouble();
        assertThat(halves.get(i).get(key).asDouble())
            .as(key + " of row " + i)
            .isCloseTo(expected, within(1e-5 * Math.max(1, Math.abs(expected))));
      }
    }
  }

  @Test
  void withoutMtoTheSameStartHasTheSameSelfSupervisedLoss() {
    List<JsonNode> rows =
        TinyRun.metrics(tiny.train("plain", "mto.enabled=false", "training.epochs=1"));

    JsonNode first = rows.get(0);
    assertThat(first.has("loss.spa")).isFalse();
    assertThat(first.get("loss")).isEqualTo(first.get("loss.ss"));
    assertThat(first.get("loss.ss").asDouble())
        .isCloseTo(TinyRun.metrics(reference).get(0).get("loss.ss").asDouble(), within(1e-6));
    assertThat(rows.get(1).has("heterogeneity")).isFalse();
    assertThat(rows.get(3).get("heterogeneity")).hasSize(3);
  }

  @Test
  void anExistingRunIsNotOverwritten() {
    assertThatThrownBy(() -> tiny.train("reference"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a run is there already")
        .hasMessageContaining("--resume");
  }

  @Test
  void aCheckpointHoldsWeightsAndBothMoments() {
    var tensors = WeightFile.read(TinyRun.last(reference));

    assertThat(tensors)
        .containsKeys(
            "encoder.mask_token",
            "optimizer.exp_avg/encoder.mask_token",
            "optimizer.exp_avg_sq/encoder.mask_token");
  }

  private static String[] with(String[] shared, String... more) {
    return Stream.concat(Stream.of(shared), Stream.of(more)).toArray(String[]::new);
  }

  private static double mean(List<JsonNode> rows, String key) {
    return rows.stream().mapToDouble(row -> row.get(key).asDouble()).average().orElseThrow();
  }

  private static List<String> files(Path run) throws IOException {
    try (Stream<Path> all = Files.walk(run)) {
      return all.filter(Files::isRegularFile)
          .map(file -> run.relativize(file).toString().replace('\\', '/'))
          .toList();
    }
  }

  private static Path copyOf(Path run, String name) throws IOException {
    Path copy = root.resolve(name);
    for (String file : files(run)) {
      Path target = copy.resolve(file);
      Files.createDirectories(target.getParent());
      Files.copy(run.resolve(file), target, StandardCopyOption.REPLACE_EXISTING);
    }
    return copy;
  }
}
