package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimMimParityTest {

  /** The official mask is an integer: its sum plus the loss's 1e-5 is rounded to float32. */
  private static final double LOSS_TOLERANCE = 1e-8;

  private final SimMimCase reference = new SimMimCase(ScalarType.Double);

  @Test
  void lossEqualsTheOfficialOneInDouble() {
    assertThat(forward(reference, reference.weights()).loss().item_double())
        .isCloseTo(reference.values().get("loss").asDouble(), within(LOSS_TOLERANCE));
  }

  @Test
  void lossEqualsTheOfficialOneInFloat() {
    SimMimCase single = new SimMimCase(ScalarType.Float);

    assertThat(forward(single, single.weights()).loss().item_double())
        .isCloseTo(single.values().get("loss").asDouble(), within(1e-5));
  }

  @Test
  void gradientNormsEqualTheOfficialOnes() {
    Weights weights = reference.weights();

    forward(reference, weights).loss().backward();

    assertGradientNorms(weights, reference.values().get("grad_norm"));
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

    assertGradientNorms(weights, reference.values().at("/mto/grad_norm_L_r_reversed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "adamw_clip"})
  void trainingFollowsTheOfficialTrajectory(String run) {
    JsonNode expected = reference.values().get(run);
    Weights weights = reference.weights();
    TrainingStep step =
        new TrainingStep(
            new SimMimModel(reference.shape(), weights),
            weights,
            new TrainingStep.Options(
                expected.get("lr").asDouble(), expected.get("clip").asDouble(), false));

    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < expected.get("loss_before_step").size(); i++) {
      losses.add(step.run(reference.images(), reference.mask()));
    }

    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i))
          .isCloseTo(expected.get("loss_before_step").get(i).asDouble(), within(LOSS_TOLERANCE));
    }
  }

  @Test
  void totalLossOfAStepHoldsTheWeightedTerms() {
    Weights weights = reference.weights();
    SimMimModel model = new SimMimModel(reference.shape(), weights);
    MtoLoss.Terms terms = mto(weights);
    double expected =
        reference.values().get("loss").asDouble()
            + 0.001 * terms.sparsity().item_double()
            + 0.01 * terms.inverse().item_double()
            + 0.001 * terms.ranking().item_double();

    TrainingStep step = new TrainingStep(model, weights, new TrainingStep.Options(1e-3, 5, true));

    assertThat(step.run(reference.images(), reference.mask()))
        .isCloseTo(expected, within(LOSS_TOLERANCE));
  }

  private static SimMimModel.Forward forward(SimMimCase simMim, Weights weights) {
    return new SimMimModel(simMim.shape(), weights).forward(simMim.images(), simMim.mask());
  }

  private MtoLoss.Terms mto(Weights weights) {
    return MtoLoss.of(forward(reference, weights).layers(), reference.mask());
  }

  private static void assertGradientNorms(Weights weights, JsonNode expected) {
    assertThat(expected.size()).isEqualTo(weights.all().size());
    for (Map.Entry<String, JsonNode> entry : expected.properties()) {
      Tensor gradient = weights.get(entry.getKey()).grad();
      if (entry.getValue().isNull()) {
        assertThat(gradient.defined()).as(entry.getKey()).isFalse();
      } else {
        double norm = Math.sqrt(gradient.square().sum().item_double());
        assertThat(norm)
            .as(entry.getKey())
            .isCloseTo(entry.getValue().asDouble(), within(1e-9 + 1e-8 * norm));
      }
    }
  }
}
