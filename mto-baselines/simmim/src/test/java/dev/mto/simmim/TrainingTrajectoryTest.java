package dev.mto.simmim;

import static dev.mto.engine.testing.Closeness.norm;
import static dev.mto.engine.testing.Closeness.tolerance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.GradientNorm;
import dev.mto.engine.optimizer.ParameterGroup;
import dev.mto.executor.GraphSession;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Five steps of AdamW on one batch against the same steps of the official model in PyTorch. */
class TrainingTrajectoryTest {
  private static final List<String> RUNS = List.of("adamw", "adamw_clip");

  static Stream<Arguments> trajectories() {
    return Oracle.cases("c_simmim").stream()
        .flatMap(
            folder ->
                RUNS.stream()
                    .filter(Oracle.json(folder.resolve("values.json"))::has)
                    .flatMap(
                        run ->
                            Stream.of(DataType.DOUBLE, DataType.FLOAT)
                                .map(type -> Arguments.of(folder, run, type))));
  }

  @ParameterizedTest
  @MethodSource("trajectories")
  void lossesNormsAndParametersFollowTheOfficialOnes(Path folder, String run, DataType type) {
    OracleModel model = OracleModel.load(folder, type);
    JsonNode expected = model.values().get(run);
    Trajectory actual = train(model, expected);

    double tolerance = tolerance(type);
    assertClose("loss", actual.losses(), expected.get("loss_before_step"), tolerance);
    assertClose("gradient norm", actual.norms(), expected.get("grad_norm_before_clip"), tolerance);
    JsonNode lengths = expected.get("param_norm_after_5");
    for (String name : model.parameters().names()) {
      double length = lengths.get(name).asDouble();
      assertThat(norm(model.sameDiff().getArrForVarName(name)))
          .as(name)
          .isCloseTo(length, within(tolerance * length));
    }
  }

  @Test
  void clippedAndUnclippedReferencesDiffer() {
    JsonNode values = Oracle.json(Oracle.cases("c_simmim").get(0).resolve("values.json"));
    double plain = values.get("adamw").get("loss_before_step").get(5).asDouble();
    double clipped = values.get("adamw_clip").get("loss_before_step").get(5).asDouble();

    assertThat(Math.abs(plain - clipped)).isGreaterThan(1e-4);
  }

  private record Trajectory(List<Double> losses, List<Double> norms) {}

  private static Trajectory train(OracleModel model, JsonNode settings) {
    Map<String, INDArray> parameters = new LinkedHashMap<>();
    for (String name : model.parameters().names()) {
      parameters.put(name, model.sameDiff().getArrForVarName(name));
    }
    List<Double> losses = new ArrayList<>();
    List<Double> norms = new ArrayList<>();
    String loss = model.model().outputs().loss().name();
    int steps = settings.get("grad_norm_before_clip").size();
    try (GraphSession session =
            GraphSession.withGradients(
                model.sameDiff(), model.model().outputs().loss(), model.parameters().names());
        AdamW optimizer =
            new AdamW(
                parameters,
                name -> ParameterGroup.of(model.model().decayed(name, parameters.get(name).rank())),
                settings.get("betas").get(0).asDouble(),
                settings.get("betas").get(1).asDouble(),
                settings.get("eps").asDouble(),
                settings.get("weight_decay").asDouble())) {
      for (int step = 0; step <= steps; step++) {
        boolean update = step < steps;
        session.run(
            model.feeds(),
            List.of(loss),
            values -> {
              losses.add(values.get(loss).getDouble(0));
              if (update) {
                Map<String, INDArray> gradients = new LinkedHashMap<>();
                for (String name : session.differentiable()) {
                  gradients.put(name, values.get(session.gradientOf(name)));
                }
                double norm = GradientNorm.of(gradients.values());
                norms.add(norm);
                optimizer.step(
                    gradients,
                    settings.get("lr").asDouble(),
                    GradientNorm.clipFactor(norm, settings.get("clip").asDouble()));
              }
            });
      }
    }
    return new Trajectory(losses, norms);
  }

  private static void assertClose(
      String what, List<Double> actual, JsonNode expected, double tolerance) {
    assertThat(actual).hasSize(expected.size());
    for (int i = 0; i < actual.size(); i++) {
      double value = expected.get(i).asDouble();
      assertThat(actual.get(i)).as(what + " " + i).isCloseTo(value, within(tolerance * value));
    }
  }
}
