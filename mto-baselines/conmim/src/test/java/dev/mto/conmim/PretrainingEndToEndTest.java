package dev.mto.conmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.testing.TinyRun;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.models.weights.WeightFile;
import dev.mto.models.weights.WeightMatch;
import dev.mto.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole runs of the training job on generated images. */
class PretrainingEndToEndTest {
  private static final String CONFIGURATION =
      """
      baseline: conmim
      model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 24, depth: 2, heads: 2 }
      options: { projector_hidden: 48, projector_dim: 16, lm_head: 8 }
      data: { train: %s, val: %s, crop_scale: [0.6, 1.0] }
      masking: { ratio: 0.5, unit: 8 }
      training:
        epochs: 4
        batch: 8
        accumulate: 1
        base_lr: 5.0e-3
        warmup_epochs: 0.5
      log: { heterogeneity_every: 3, knn_every_epochs: 1, pictures_every_epochs: 4 }
      """;

  private static final String[] OFFICIAL_CASE = {
    "model.image=[48, 48]",
    "model.heads=3",
    "options.projector_hidden=40",
    "options.projector_dim=16",
    "options.lm_head=16"
  };

  @TempDir private static Path root;
  private static TinyRun tiny;

  @BeforeAll
  static void images() throws IOException {
    tiny = new TinyRun(new ConMim(), root, CONFIGURATION);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void lossFallsWithAndWithoutMto(boolean mto) {
    List<JsonNode> rows = TinyRun.metrics(tiny.train("falls-" + mto, "mto.enabled=" + mto));

    assertThat(rows).hasSize(24);
    assertThat(mean(rows.subList(18, 24))).isLessThan(.9 * mean(rows.subList(0, 6)));
    assertThat(rows.get(0).get("loss.reference").asDouble()).isCloseTo(Math.log(16), within(1e-9));
    assertThat(rows.get(0).has("loss.e")).isEqualTo(mto);
    assertThat(rows.get(0).get("heterogeneity")).hasSize(3);
    assertThat(rows.get(23).get("heterogeneity.bound").asDouble())
        .isCloseTo(Math.log(8), within(1e-6));
    assertThat(rows.get(23).has("val_loss")).isTrue();
  }

  @Test
  void resumedRunEqualsTheUndisturbedOneBitForBit() throws IOException {
    Path whole = tiny.train("whole", "checkpoint.every_epochs=1");
    Path cut = tiny.train("cut", "checkpoint.every_epochs=1");
    Files.delete(TinyRun.last(cut));
    Files.delete(cut.resolve("checkpoints/epoch-0004.safetensors"));

    tiny.resume("cut");

    assertThat(Files.readString(cut.resolve("train.log"))).contains("resuming after step 18");
    assertThat(Files.mismatch(TinyRun.last(whole), TinyRun.last(cut))).isEqualTo(-1);
    assertThat(TinyRun.metrics(cut)).isEqualTo(TinyRun.metrics(whole));
  }

  @Test
  void checkpointHoldsBothNetworksAndTheTeacherIsBehindTheStudent() {
    Map<String, INDArray> tensors =
        WeightFile.read(TinyRun.last(tiny.train("networks", "training.epochs=1")));
    Map<String, INDArray> atFirst =
        WeightFile.read(
            TinyRun.last(
                tiny.train(
                    "still", "training.epochs=1", "training.base_lr=0.0", "training.min_lr=0.0")));

    for (String name : List.of("blocks.1.mlp.fc1.weight", "projectors.6.weight", "mask_token")) {
      INDArray student = tensors.get(name);
      INDArray teacher = tensors.get("teacher." + name);
      assertThat(teacher).as(name).isNotEqualTo(student);
      INDArray first = atFirst.get(name);
      assertThat(distance(teacher, first)).isBetween(1e-9, 0.2 * distance(student, first));
    }
    assertThat(tensors.get("teacher.lm_head.weight")).isEqualTo(tensors.get("lm_head.weight"));
    assertThat(tensors.get("projectors.4.num_batches_tracked").getLong(0)).isEqualTo(6);
    assertThat(tensors.get("teacher.projectors.4.running_var"))
        .isNotEqualTo(tensors.get("projectors.4.running_var"));
  }

  @Test
  void theTeacherSeesOtherColours() {
    String plain = "options.second_view={jitter: 0.0, grey: 0.0, blur: 0.0, solarize: 0.0}";
    double changed = first(tiny.train("changed", "training.epochs=1"));
    double same = first(tiny.train("same", "training.epochs=1", plain));

    assertThat(changed).isNotCloseTo(same, within(1e-4));
  }

  @Test
  void microBatchesAreNormalisedEachOnItsOwn() {
    Path run =
        tiny.train("accumulated", "training.epochs=1", "training.batch=4", "training.accumulate=2");

    assertThat(TinyRun.metrics(run)).hasSize(6);
    assertThat(
            WeightFile.read(TinyRun.last(run)).get("projectors.1.num_batches_tracked").getLong(0))
        .isEqualTo(12);
  }

  @Test
  void blockMasksMaskAboutTheWantedNumber() {
    Path run =
        tiny.train(
            "blocks",
            "training.epochs=1",
            "options.mask=blocks",
            "options.block_patches=6",
            "options.block_smallest=2");

    double bound = TinyRun.metrics(run).get(0).get("heterogeneity.bound").asDouble();
    assertThat(bound).isBetween(Math.log(10), Math.log(15));
  }

  @ParameterizedTest
  @CsvSource({
    "model.drop_path=0.1, model.drop_path: 0.1 must be 0",
    "options.temperature=0, options.temperature: 0.0 must be at least",
    "options.teacher_momentum=1.5, options.teacher_momentum: 1.5 must be between 0 and 1",
    "options.projector_dim=0, options.projector_dim: 0 must be at least 1",
    "options.mask=stripes, mask: 'stripes' must be one of",
    "options.second_view.hue=0.9, hue is 0.9",
    "options.colour=1, unknown key 'colour'",
    "masking.unit=12, masking.unit: 12 must be a multiple of model.patch",
  })
  void aWrongSettingIsRefusedByName(String setting, String message) {
    assertThatThrownBy(() -> tiny.train("refused " + setting, setting))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void officialCheckpointOfTheStudentIsTakenOverByStudentAndTeacher() {
    Path file = Oracle.cases("d_conmim").get(0).resolve("weights.npz");
    ModelWeights model = new ModelWeights(new ConMim(), tiny.config(OFFICIAL_CASE));

    WeightMatch match = model.load(file);

    assertThat(match.matched()).hasSize(WeightFile.read(file).size());
    Map<String, INDArray> tensors = model.tensors();
    INDArray given = WeightFile.read(file).get("projectors.6.weight");
    assertThat(tensors.get("projectors.6.weight")).isEqualTo(given);
    assertThat(tensors.get("teacher.projectors.6.weight")).isEqualTo(given);
  }

  private static double first(Path run) {
    return TinyRun.metrics(run).get(0).get("loss.ss").asDouble();
  }

  private static double mean(List<JsonNode> rows) {
    return rows.stream().mapToDouble(row -> row.get("loss.ss").asDouble()).average().orElseThrow();
  }

  private static double distance(INDArray a, INDArray b) {
    return a.sub(b).norm2Number().doubleValue();
  }
}
