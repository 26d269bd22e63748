package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimMimParityTest {

  private static final String CASE = "c_simmim/case0";

  /** The official mask is an integer: its sum plus the loss's 1e-5 is rounded to float32. */
  private static final double LOSS_TOLERANCE = 1e-8;

  private final OracleCase reference = new OracleCase(CASE, ScalarType.Double);

  @Test
  void lossEqualsTheOfficialOneInDouble() {
    assertThat(forward(reference, reference.weights()).loss().item_double())
        .isCloseTo(reference.values().get("loss").asDouble(), within(LOSS_TOLERANCE));
  }

  @Test
  void lossEqualsTheOfficialOneInFloat() {
    OracleCase single = new OracleCase(CASE, ScalarType.Float);

    assertThat(forward(single, single.weights()).loss().item_double())
        .isCloseTo(single.values().get("loss").asDouble(), within(1e-5));
  }

  @Test
  void gradientNormsEqualTheOfficialOnes() {
    Weights weights = reference.weights();

    forward(reference, weights).loss().backward();

    GradientNorms.assertEqual(weights, reference.values().get("grad_norm"));
  }

  @Test
  void lossesOfMaskedTokenOptimizationEqualTheOracle() {
    MtoLoss.Terms terms = mto(reference.weights());

    JsonNode mean = reference.values().at("/mto/batch_mean");
    double sparsitySum = terms.sparsity().item_double() * reference.mask().visibleCount();
    assertThat(sparsitySum).isCloseTo(mean.get("L_spa").asDouble(), within(1e-9));
    assertThat(terms.inverse().item_double()).isCloseTo(mean.get("L_e").asDouble(), within(1e-9));
    assertThat(terms.ranking().item_double())
        .isCloseTo(mean.get("L_r_reversed").asDouble(), within(1e-9));
  }

  @Test
  void heterogeneityOfEveryImageAndLayerEqualsTheOracle() {
    List<Tensor> heterogeneity = mto(reference.weights()).heterogeneity();

    JsonNode expected = reference.values().at("/mto/H");
    for (int image = 0; image < expected.size(); image++) {
      for (int layer = 0; layer < heterogeneity.size(); layer++) {
        assertThat(heterogeneity.get(layer).select(0, image).item_double())
            .isCloseTo(expected.get(image).get(layer).asDouble(), within(1e-9));
      }
    }
  }

  @Test
  void gradientNormsOfTheRankingLossEqualTheOracle() {
    Weights weights = reference.weights();

    mto(weights).ranking().backward();

    GradientNorms.assertEqual(weights, reference.values().at("/mto/grad_norm_L_r_reversed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "adamw_clip"})
  void trainingFollowsTheOfficialTrajectory(String run) {
    JsonNode expected = reference.values().get(run);
    TrainingStep step = step(reference.options("simmim", run, false));

    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < expected.get("loss_before_step").size(); i++) {
      losses.add(step.run(false));
    }

    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i))
          .isCloseTo(expected.get("loss_before_step").get(i).asDouble(), within(LOSS_TOLERANCE));
    }
  }

  @Test
  void totalLossOfAStepHoldsTheWeightedTerms() {
    MtoLoss.Terms terms = mto(reference.weights());
    double expected =
        reference.values().get("loss").asDouble()
            + 0.001 * terms.sparsity().item_double()
            + 0.01 * terms.inverse().item_double()
            + 0.001 * terms.ranking().item_double();

    TrainingStep step = step(reference.options("simmim", "adamw", false));

    assertThat(step.run(true)).isCloseTo(expected, within(LOSS_TOLERANCE));
  }

  private TrainingStep step(PeerCase options) {
    return new TrainingStep(options, reference.weights(), reference.images(), reference.mask());
  }

  private static Model.Forward forward(OracleCase simMim, Weights weights) {
    return simMim
        .options("simmim", "adamw", false)
        .model(weights)
        .forward(simMim.images(), simMim.mask());
  }

  private MtoLoss.Terms mto(Weights weights) {
    return MtoLoss.of(forward(reference, weights), reference.mask(), true);
  }
}
