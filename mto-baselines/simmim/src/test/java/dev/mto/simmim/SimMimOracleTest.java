package dev.mto.simmim;

import static dev.mto.engine.testing.Closeness.assertClose;
import static dev.mto.engine.testing.Closeness.norm;
import static dev.mto.engine.testing.Closeness.tolerance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The graph against the numbers of the official implementation. */
class SimMimOracleTest {
  /** The reference's full gradients are rounded to float32. */
  private static final double FLOAT_ROUNDING = 1e-7;

  static Stream<Arguments> cases() {
    return Oracle.cases("c_simmim").stream()
        .flatMap(
            folder ->
                Stream.of(
                    Arguments.of(folder, DataType.DOUBLE), Arguments.of(folder, DataType.FLOAT)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardValuesEqualTheOfficialOnes(Path folder, DataType type) {
    OracleModel model = OracleModel.load(folder, type);
    SimMimModel graph = model.model();
    List<String> names = new ArrayList<>();
    graph.outputs().tokenGroups().get(0).layers().forEach(tokens -> names.add(tokens.name()));
    names.addAll(
        List.of(
            graph.picture.name(),
            graph.outputs().features().name(),
            graph.outputs().loss().name()));

    Map<String, INDArray> actual = model.sameDiff().output(model.feeds(), names);

    double tolerance = tolerance(type);
    INDArray tokens = Oracle.npy(folder.resolve("encoder_tokens.npy"));
    for (int layer = 0; layer < graph.outputs().tokenGroups().get(0).layers().size(); layer++) {
      INDArray patches =
          tokens.get(
              NDArrayIndex.point(layer),
              NDArrayIndex.all(),
              NDArrayIndex.interval(1, tokens.size(2)),
              NDArrayIndex.all());
      assertClose("h" + layer, actual.get(names.get(layer)), patches.dup('c'), tolerance, 0);
    }
    INDArray output = Oracle.npy(folder.resolve("encoder_output.npy"));
    INDArray features = output.reshape(output.size(0), output.size(1), -1).permute(0, 2, 1);
    assertClose("features", actual.get(graph.outputs().features().name()), features, tolerance, 0);
    INDArray image = Oracle.npy(folder.resolve("reconstruction.npy"));
    assertClose("prediction", actual.get(graph.picture.name()), image, tolerance, 0);
    double loss = model.values().get("loss").asDouble();
    assertThat(actual.get(graph.outputs().loss().name()).getDouble(0))
        .isCloseTo(loss, within(tolerance * loss));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void relativePositionBiasEqualsTheOfficialOne(Path folder, DataType type) {
    assertClose(
        "bias",
        OracleModel.relativePositionBias(folder, type),
        Oracle.npy(folder.resolve("rel_pos_bias.npy")),
        tolerance(type),
        0);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGradientEqualsTheOfficialOne(Path folder, DataType type) {
    OracleModel model = OracleModel.load(folder, type);
    model.sameDiff().setLossVariables(model.model().outputs().loss());

    Map<String, INDArray> actual =
        model.sameDiff().calculateGradients(model.feeds(), model.parameters().names());

    JsonNode norms = model.values().get("grad_norm");
    double total = model.values().get("total_grad_norm").asDouble();
    double tolerance = tolerance(type);
    for (String name : model.parameters().names()) {
      double expected = norms.get(name).asDouble();
      assertThat(norm(actual.get(name)))
          .as(name)
          .isCloseTo(expected, within(tolerance * Math.max(expected, floor(type) * total)));
    }
    Map<String, INDArray> full = Oracle.npz(folder.resolve("grads.npz"));
    assertThat(full).isNotEmpty();
    full.forEach(
        (name, expected) ->
            assertClose(
                name,
                actual.get(name),
                expected,
                Math.max(tolerance, FLOAT_ROUNDING),
                floor(type) * total));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void torchCheckpointHoldsTheSameWeights(Path folder, DataType type) {
    Path torch = folder.resolve("weights.pth");
    if (Files.exists(torch)) {
      Map<String, INDArray> weights = WeightFile.read(torch);
      assertThat(weights).isEqualTo(WeightFile.read(folder.resolve("weights.npz")));
      assertThat(weights.keySet()).containsAll(OracleModel.load(folder, type).parameters().names());
    }
  }

  /** Gradients below this share of the total are differences of larger numbers. */
  private static double floor(DataType type) {
    return type == DataType.DOUBLE ? 0 : 1e-3;
  }
}
