package dev.mto.conmim;

import static dev.mto.engine.testing.Closeness.assertClose;
import static dev.mto.engine.testing.Closeness.norm;
import static dev.mto.engine.testing.Closeness.tolerance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.testing.OracleRun;
import dev.mto.losses.MtoTerms;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The graph against the numbers of the official implementation. */
class ConMimOracleTest {
  static List<Path> folders() {
    return Oracle.cases("d_conmim");
  }

  static Stream<Path> schedules() {
    return folders().stream().filter(folder -> has(folder, "momentum_schedule_10_steps"));
  }

  static Stream<Path> movedTeachers() {
    return folders().stream().filter(folder -> has(folder, "teacher_ema_example"));
  }

  private static boolean has(Path folder, String key) {
    return Oracle.json(folder.resolve("values.json")).has(key);
  }

  static Stream<Arguments> cases() {
    return folders().stream()
        .flatMap(
            folder ->
                Stream.of(DataType.DOUBLE, DataType.FLOAT).map(type -> Arguments.of(folder, type)));
  }

  static Stream<Arguments> losses() {
    return folders().stream()
        .flatMap(
            folder ->
                Stream.of("L_spa", "L_e", "L_r", "L_r_reversed")
                    .map(loss -> Arguments.of(folder, loss)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardValuesEqualTheOfficialOnes(Path folder, DataType type) {
    ConMimCase official = ConMimCase.load(folder, type);
    ConMimModel graph = official.model();
    List<SDVariable> wanted = new ArrayList<>(graph.outputs().tokenGroups().get(0).layers());
    wanted.addAll(
        List.of(
            graph.seen.projected(),
            graph.target.projected(),
            graph.logits,
            graph.outputs().loss()));

    Map<String, INDArray> actual = official.run().values(wanted);

    double tolerance = tolerance(type);
    INDArray tokens = official.array("encoder_tokens");
    assertThat(graph.outputs().tokenGroups().get(0).layers()).hasSize((int) tokens.size(0));
    for (int layer = 0; layer < graph.outputs().tokenGroups().get(0).layers().size(); layer++) {
      INDArray patches =
          tokens.get(
              NDArrayIndex.point(layer),
              NDArrayIndex.all(),
              NDArrayIndex.interval(1, tokens.size(2)),
              NDArrayIndex.all());
      assertClose(
          "h" + layer,
          actual.get(graph.outputs().tokenGroups().get(0).layers().get(layer).name()),
          patches,
          tolerance,
          0);
    }
    assertClose(
        "student",
        actual.get(graph.seen.projected().name()),
        official.array("student_feat"),
        tolerance,
        0);
    assertClose(
        "teacher",
        actual.get(graph.target.projected().name()),
        official.array("teacher_feat"),
        tolerance,
        0);
    assertMaskedRows(actual.get(graph.logits.name()), official, tolerance);
    double loss = official.values().get("loss").asDouble();
    assertThat(actual.get(graph.outputs().loss().name()).getDouble(0))
        .isCloseTo(loss, within(tolerance * loss));
  }

  /** The reference has the rows of masked patches only, image after image. */
  private static void assertMaskedRows(INDArray logits, ConMimCase official, double tolerance) {
    INDArray mask = official.run().feeds().get("mask");
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
              tolerance,
              0);
          row++;
        }
      }
    }
    assertThat(row).isEqualTo((int) expected.size(0));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGradientEqualsTheOfficialOne(Path folder, DataType type) {
    ConMimCase official = ConMimCase.load(folder, type);

    Map<String, INDArray> gradients = official.run().gradients(official.model().outputs().loss());

    assertThat(gradients).doesNotContainKeys("lm_head.weight", "lm_head.bias");
    double floor = floor(type);
    JsonNode norms = official.values().get("grad_norm");
    official.run().assertNorms(gradients, norms, tolerance(type), floor);
    official.run().assertGradients(gradients, folder.resolve("grads.npz"), tolerance(type), floor);
  }

  /**
   * Batch normalisation takes away what the bias before it adds: the gradient of {@code norm.bias}
   * is 0, as a sum of terms that cancel, so that float32 leaves more than elsewhere.
   */
  private static double floor(DataType type) {
    return type == DataType.DOUBLE ? OracleRun.floor(type) : 5e-3;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void runningStatisticsAfterOneBatchEqualTheOfficialOnes(Path folder, DataType type) {
    ConMimCase official = ConMimCase.load(folder, type);
    ConMimModel method = official.model();

    method.observe(official.run().values(method.observed()));

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
                      buffer -> assertBuffer(state.get(prefix + buffer.getKey()), buffer, type));
            });
    assertThat(state.get("projectors.1.num_batches_tracked").getLong(0)).isEqualTo(1);
    assertThat(state.get("teacher.projectors.7.num_batches_tracked").getLong(0)).isEqualTo(1);
  }

  private static void assertBuffer(
      INDArray actual, Map.Entry<String, JsonNode> expected, DataType type) {
    for (int i = 0; i < expected.getValue().size(); i++) {
      double value = expected.getValue().get(i).asDouble();
      assertThat(actual.getDouble(i))
          .as(expected.getKey() + " " + i)
          .isCloseTo(value, within(type == DataType.DOUBLE ? 1e-9 : 1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("movedTeachers")
  void teacherAfterOneStepIsTheOfficialOne(Path folder) {
    ConMimCase official = ConMimCase.load(folder, DataType.DOUBLE);
    JsonNode example = official.values().get("teacher_ema_example");
    Teacher teacher =
        new Teacher(
            official.model().teacherParameters.arrays(), official.run().parameters().arrays());

    teacher.follow(example.get("momentum").asDouble());

    example
        .get("norm_after")
        .properties()
        .forEach(
            entry -> {
              double expected = entry.getValue().asDouble();
              assertThat(norm(teacher.parameters().get(ConMimModel.TEACHER + entry.getKey())))
                  .as(entry.getKey())
                  .isCloseTo(expected, within(1e-8 * expected));
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
  void heterogeneityOfEachImageAndLayerEqualsTheReference(Path folder) {
    ConMimCase official = ConMimCase.load(folder, DataType.DOUBLE);

    official
        .run()
        .assertHeterogeneity(
            add(official, "L_r_reversed").heterogeneityPerImage(),
            official.values().get("mto").get("H"));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossesOfMtoAndTheirGradientsEqualTheReference(Path folder, String name) {
    ConMimCase official = ConMimCase.load(folder, DataType.DOUBLE);

    official.run().assertMto(add(official, name), name, official.values().get("mto"));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void torchCheckpointsHoldTheSameWeights(Path folder) {
    for (Path weights : List.of(folder, folder.resolve("teacher"))) {
      Path torch = weights.resolve("weights.pth");
      if (Files.exists(torch)) {
        assertThat(WeightFile.read(torch))
            .isEqualTo(WeightFile.read(weights.resolve("weights.npz")));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aTeacherThatWasNotGivenBecomesTheStudent(Path folder) {
    ConMimCase official = ConMimCase.load(folder, DataType.DOUBLE);
    Map<String, INDArray> student = official.run().parameters().arrays();
    INDArray teacherToken = official.model().teacherParameters.arrays().get("teacher.mask_token");
    INDArray before = teacherToken.dup();

    official.model().initialised(Set.of("mask_token", "teacher.mask_token"));
    assertThat(teacherToken).isEqualTo(before).isNotEqualTo(student.get("mask_token"));

    official.model().observe(official.run().values(official.model().observed()));
    official.model().initialised(student.keySet());

    assertThat(teacherToken).isEqualTo(student.get("mask_token"));
    Map<String, INDArray> state = official.model().state();
    assertThat(state.get("teacher.projectors.7.running_mean"))
        .isEqualTo(state.get("projectors.7.running_mean"));
  }

  private static MtoTerms add(ConMimCase official, String loss) {
    return official
        .run()
        .mto(
            official.model().outputs().tokenGroups().get(0).layers(),
            official.model().outputs().mask(),
            loss);
  }
}
