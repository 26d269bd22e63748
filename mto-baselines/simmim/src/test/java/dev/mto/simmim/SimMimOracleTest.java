package dev.mto.simmim;

import static dev.mto.engine.testing.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.testing.Arithmetic;
import dev.mto.engine.testing.OracleCase;
import dev.mto.engine.testing.OracleContract;
import dev.mto.models.Parameters;
import dev.mto.models.VisionTransformer;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** The graph against the numbers of the official implementation. */
class SimMimOracleTest extends OracleContract<SimMimModel> {
  SimMimOracleTest() {
    super("c_simmim", "encoder");
  }

  @Override
  protected OracleCase<SimMimModel> load(Path folder, Arithmetic arithmetic) {
    return OracleCase.load(
        folder,
        arithmetic,
        "image",
        0,
        (vit, values, parameters) -> new SimMimModel(vit, 1, parameters));
  }

  @Override
  protected Map<String, SDVariable> compared(OracleCase<SimMimModel> official) {
    SDVariable features = official.model().outputs().features().permute(0, 2, 1);
    return Map.of(
        "encoder_output",
        features.reshape(
            -1, official.vit().dim(), official.vit().gridHeight(), official.vit().gridWidth()),
        "reconstruction",
        official.model().picture);
  }

  @Override
  protected double floor(Arithmetic arithmetic) {
    return arithmetic == Arithmetic.FLOAT64 ? 0 : super.floor(arithmetic);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void relativePositionBiasEqualsTheOfficialOne(Path folder, Arithmetic arithmetic) {
    OracleCase<SimMimModel> official = load(folder, arithmetic);
    SameDiff graph = SameDiff.create();
    Parameters parameters = new Parameters(graph, arithmetic.type(), name -> new Random(1));
    VisionTransformer encoder =
        new VisionTransformer(
            official.vit(),
            VisionTransformer.Options.beit(official.vit(), false),
            parameters,
            "encoder.");
    OracleCase.copy(official.parameters().arrays(), parameters);

    SDVariable bias = encoder.relativePositionBias();
    assertClose(
        "bias",
        arithmetic.values(graph, Map.of(), List.of(bias)).get(bias.name()),
        official.array("rel_pos_bias"),
        arithmetic.tolerance(),
        0);
  }

  Stream<Arguments> trajectories() {
    return Stream.of("adamw", "adamw_clip")
        .flatMap(
            run ->
                cases()
                    .map(Arguments::get)
                    .filter(of -> Oracle.json(((Path) of[0]).resolve("values.json")).has(run))
                    .map(of -> Arguments.of(of[0], of[1], run)));
  }

  /** Five steps of AdamW on one batch, as the official model makes them in PyTorch. */
  @ParameterizedTest
  @MethodSource("trajectories")
  void lossesNormsAndParametersFollowTheOfficialOnes(
      Path folder, Arithmetic arithmetic, String run) {
    OracleCase<SimMimModel> official = load(folder, arithmetic);
    JsonNode expected = official.values().get(run);

    OracleCase.Trajectory actual = official.train(official.loss(), expected);

    official.assertSteps("loss", actual.losses(), expected.get("loss_before_step"));
    official.assertSteps("gradient norm", actual.norms(), expected.get("grad_norm_before_clip"));
    official.assertLengths(expected.get("param_norm_after_5"), name -> true);
  }

  @Test
  void clippedAndUnclippedReferencesDiffer() {
    JsonNode values = Oracle.json(folders().get(0).resolve("values.json"));
    double plain = values.get("adamw").get("loss_before_step").get(5).asDouble();
    double clipped = values.get("adamw_clip").get("loss_before_step").get(5).asDouble();

    assertThat(Math.abs(plain - clipped)).isGreaterThan(1e-4);
  }
}
