package dev.mto.conmim;

import static dev.mto.engine.testing.Closeness.assertClose;
import static dev.mto.engine.testing.Closeness.assertNear;
import static dev.mto.engine.testing.Closeness.norm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.conmim.ConMimOptions.MaskShape;
import dev.mto.data.image.Photometric;
import dev.mto.engine.testing.Arithmetic;
import dev.mto.engine.testing.OracleCase;
import dev.mto.engine.testing.OracleContract;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Bits;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The graph against the numbers of the official implementation. */
class ConMimOracleTest extends OracleContract<ConMimModel> {
  ConMimOracleTest() {
    super("d_conmim", "encoder");
  }

  @Override
  protected OracleCase<ConMimModel> load(Path folder, Arithmetic arithmetic) {
    OracleCase<ConMimModel> official =
        OracleCase.load(
            folder,
            arithmetic,
            "image_student",
            0.1,
            (vit, values, parameters) ->
                new ConMimModel(vit, options(values.get("config")), parameters));
    Map<String, INDArray> teacher = new LinkedHashMap<>();
    WeightFile.read(folder.resolve("teacher/weights.npz"))
        .forEach((name, array) -> teacher.put(ConMimModel.TEACHER + name, array));
    OracleCase.copy(teacher, official.model().teacherParameters);
    official
        .feeds()
        .put("teacherImages", official.array("image_teacher").castTo(arithmetic.type()));
    return official;
  }

  private static ConMimOptions options(JsonNode config) {
    return new ConMimOptions(
        config.get("mlp_dim").asInt(),
        config.get("dim").asInt(),
        config.get("vocab_size").asInt(),
        config.get("temp").asDouble(),
        0.996,
        MaskShape.UNITS,
        75,
        16,
        10,
        Photometric.conMim());
  }

  @Override
  protected Map<String, SDVariable> compared(OracleCase<ConMimModel> official) {
    ConMimModel graph = official.model();
    return Map.of("student_feat", graph.seen.projected(), "teacher_feat", graph.target.projected());
  }

  /**
   * Batch normalisation takes away what the bias before it adds: the gradient of {@code norm.bias}
   * is 0, as a sum of terms that cancel, so that float32 leaves more than elsewhere.
   */
  @Override
  protected double floor(Arithmetic arithmetic) {
    return arithmetic == Arithmetic.FLOAT64 ? super.floor(arithmetic) : 5e-3;
  }

  @Override
  protected boolean hasGradientsOfMto() {
    return false;
  }

  Stream<Path> schedules() {
    return folders().stream().filter(folder -> has(folder, "momentum_schedule_10_steps"));
  }

  Stream<Arguments> movedTeachers() {
    return cases().filter(of -> has((Path) of.get()[0], "teacher_ema_example"));
  }

  private static boolean has(Path folder, String key) {
    return Oracle.json(folder.resolve("values.json")).has(key);
  }

  /** The reference has the rows of masked patches only, image after image. */
  @ParameterizedTest
  @MethodSource("cases")
  void logitsOfMaskedPatchesEqualTheOfficialOnes(Path folder, Arithmetic arithmetic) {
    OracleCase<ConMimModel> official = load(folder, arithmetic);
    INDArray logits = official.value(official.model().logits);
    INDArray mask = official.feeds().get("mask");
    INDArray expected = official.array("logits");
    INDArray labels = official.array("labels");
    int row = 0;
    for (int image = 0; image < mask.size(0); image++) {
      for (int patch = 0; patch < mask.size(1); patch++) {
        if (mask.getDouble(image, patch) == 1) {
          assertThat(labels.getLong(row)).isEqualTo(patch);
          assertClose(
              "logits of patch " + patch,
              logits.get(NDArrayIndex.point(image), NDArrayIndex.point(patch), NDArrayIndex.all()),
              expected.getRow(row),
              arithmetic.tolerance(),
              0);
          row++;
        }
      }
    }
    assertThat(row).isEqualTo((int) expected.size(0));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void runningStatisticsAfterOneBatchEqualTheOfficialOnes(Path folder, Arithmetic arithmetic) {
    OracleCase<ConMimModel> official = load(folder, arithmetic);
    ConMimModel method = official.model();

    method.observe(official.values(method.observed()));

    Map<String, INDArray> state = method.state();
    official
        .values()
        .get("bn_buffers_after")
        .properties()
        .forEach(
            network -> {
              String prefix = network.getKey().equals("student") ? "" : ConMimModel.TEACHER;
              network
                  .getValue()
                  .properties()
                  .forEach(
                      buffer ->
                          assertBuffer(state.get(prefix + buffer.getKey()), buffer, arithmetic));
            });
    assertThat(state.get("projectors.1.num_batches_tracked").getLong(0)).isEqualTo(1);
    assertThat(state.get("teacher.projectors.7.num_batches_tracked").getLong(0)).isEqualTo(1);
  }

  private static void assertBuffer(
      INDArray actual, Map.Entry<String, JsonNode> expected, Arithmetic arithmetic) {
    for (int i = 0; i < expected.getValue().size(); i++) {
      double value = expected.getValue().get(i).asDouble();
      assertThat(actual.getDouble(i))
          .as(expected.getKey() + " " + i)
          .isCloseTo(value, within(arithmetic == Arithmetic.FLOAT64 ? 1e-9 : 1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("movedTeachers")
  void teacherAfterOneStepIsTheOfficialOne(Path folder, Arithmetic arithmetic) {
    OracleCase<ConMimModel> official = load(folder, arithmetic);
    JsonNode example = official.values().get("teacher_ema_example");
    Teacher teacher =
        new Teacher(official.model().teacherParameters.arrays(), official.parameters().arrays());

    arithmetic.change(state -> teacher.follow(example.get("momentum").asDouble(), state));

    example
        .get("norm_after")
        .properties()
        .forEach(
            entry -> {
              INDArray moved = teacher.parameters().get(ConMimModel.TEACHER + entry.getKey());
              assertNear(
                  entry.getKey(), norm(moved), entry.getValue().asDouble(), arithmetic.tolerance());
            });
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void momentumOfTheTeacherFollowsTheOfficialSchedule(Path folder) {
    JsonNode expected =
        Oracle.json(folder.resolve("values.json")).get("momentum_schedule_10_steps");
    assertThat(expected.size()).isEqualTo(10);
    for (int step = 0; step < expected.size(); step++) {
      assertThat(Teacher.momentum(0.996, step, expected.size()))
          .as("step " + step)
          .isCloseTo(expected.get(step).asDouble(), within(1e-14));
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aTeacherThatWasNotGivenBecomesTheStudent(Path folder) {
    OracleCase<ConMimModel> official = load(folder, Arithmetic.FLOAT64);
    Map<String, INDArray> student = official.parameters().arrays();
    INDArray teacherToken = official.model().teacherParameters.arrays().get("teacher.mask_token");
    INDArray before = teacherToken.dup();

    official.model().initialised(Set.of("mask_token", "teacher.mask_token"));
    assertThat(Bits.of(teacherToken))
        .isEqualTo(Bits.of(before))
        .isNotEqualTo(Bits.of(student.get("mask_token")));

    official.model().observe(official.values(official.model().observed()));
    official.model().initialised(student.keySet());

    assertThat(Bits.of(teacherToken)).isEqualTo(Bits.of(student.get("mask_token")));
    Map<String, INDArray> state = official.model().state();
    assertThat(state.get("teacher.projectors.7.running_mean"))
        .isEqualTo(state.get("projectors.7.running_mean"));
  }
}
