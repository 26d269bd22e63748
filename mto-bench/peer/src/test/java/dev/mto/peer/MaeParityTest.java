package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaeParityTest {

  private static final String CASE = "b_mae/case0";

  private final OracleCase reference = new OracleCase(CASE, ScalarType.Double);

  @ParameterizedTest
  @CsvSource({"true, norm_pix", "false, raw_pix"})
  void lossAndGradientNormsEqualTheOfficialOnesInDouble(boolean normPix, String key) {
    Weights weights = reference.weights();

    Tensor loss = forward(reference, weights, normPix).loss();
    loss.backward();

    assertThat(loss.item_double())
        .isCloseTo(reference.values().get("loss_" + key).asDouble(), within(1e-9));
    GradientNorms.assertEqual(weights, reference.values().get("grad_norm_" + key));
  }

  @Test
  void lossEqualsTheOfficialOneInFloat() {
    OracleCase single = new OracleCase(CASE, ScalarType.Float);

    assertThat(forward(single, single.weights(), true).loss().item_double())
        .isCloseTo(single.values().get("loss_norm_pix").asDouble(), within(1e-5));
  }

  @Test
  void lossesOfMaskedTokenOptimizationEqualTheOracle() {
    MtoLoss.Terms terms = mto(reference.weights(), true);

    JsonNode mean = reference.values().at("/mto/batch_mean");
    double sparsitySum = terms.sparsity().item_double() * reference.mask().visibleCount();
    assertThat(sparsitySum).isCloseTo(mean.get("L_spa").asDouble(), within(1e-9));
    assertThat(terms.inverse().item_double()).isCloseTo(mean.get("L_e").asDouble(), within(1e-9));
    assertThat(terms.ranking().item_double())
        .isCloseTo(mean.get("L_r_reversed").asDouble(), within(1e-9));
  }

  @Test
  void layerZeroIsTakenBeforePositionsWhereAsked() {
    List<Tensor> heterogeneity = mto(reference.weights(), false).heterogeneity();

    JsonNode expected =
        reference.values().at("/mto/H0_if_layer0_is_taken_before_position_embedding");
    for (int image = 0; image < expected.size(); image++) {
      assertThat(heterogeneity.get(0).select(0, image).item_double())
          .isCloseTo(expected.get(image).asDouble(), within(1e-9));
    }
  }

  @Test
  void gradientNormsOfTheRankingLossEqualTheOracle() {
    Weights weights = reference.weights();

    mto(weights, true).ranking().backward();

    JsonNode expected = reference.values().at("/mto/grad_norm_L_r_reversed");
    GradientNorms.assertEqual(weights, expected);
  }

  @Test
  void trainingFollowsTheOfficialTrajectory() {
    JsonNode expected = reference.values().at("/adamw/loss_before_step");
    TrainingStep step =
        new TrainingStep(
            reference.options("mae", "adamw", true),
            reference.weights(),
            reference.images(),
            reference.mask());

    for (JsonNode loss : expected) {
      assertThat(step.run(false)).isCloseTo(loss.asDouble(), within(1e-8));
    }
  }

  private static Model.Forward forward(OracleCase mae, Weights weights, boolean normPix) {
    return mae.options("mae", "adamw", normPix).model(weights).forward(mae.images(), mae.mask());
  }

  private MtoLoss.Terms mto(Weights weights, boolean afterPosition) {
    return MtoLoss.of(forward(reference, weights, true), reference.mask(), afterPosition);
  }
}
