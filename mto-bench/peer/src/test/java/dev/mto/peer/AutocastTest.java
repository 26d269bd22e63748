package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.torch_ones;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutocastTest {

  @Test
  @SuppressWarnings("try") // acts by being open
  void productsAreInBfloat16WhileItIsOpen() {
    Tensor x = torch_ones(2, 3);
    Tensor weight = torch_ones(4, 3);

    try (Autocast autocast = new Autocast(true)) {
      assertThat(Autocast.active()).isTrue();
      assertThat(linear(x, weight).scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
      assertThat(x.mul(x).scalar_type().intern()).isEqualTo(ScalarType.Float);
    }
    assertThat(Autocast.active()).isFalse();
    assertThat(linear(x, weight).scalar_type().intern()).isEqualTo(ScalarType.Float);
  }

  @Test
  void aWeightIsCastAnewAfterItChanged() {
    Tensor x = torch_ones(1, 3);
    Tensor weight = torch_ones(1, 3).set_requires_grad(true);

    double before = product(x, weight);
    weight.data().mul_(weight.data().add(weight.data()));

    assertThat(before).isEqualTo(3);
    assertThat(product(x, weight)).isEqualTo(6);
  }

  @SuppressWarnings("try") // as above
  private static double product(Tensor x, Tensor weight) {
    try (Autocast autocast = new Autocast(true)) {
      return linear(x, Autocast.operand(weight)).item_double();
    }
  }

  @ParameterizedTest
  @CsvSource({"simmim, c_simmim/case0, adamw", "mae, b_mae/case0, adamw"})
  void trainingFollowsTheOfficialTrajectoryWithinTheRounding(
      String method, String folder, String run) {
    OracleCase single = new OracleCase(folder, ScalarType.Float);
    TrainingStep step =
        new TrainingStep(
            single.options(method, run, true, true),
            single.weights(),
            single.images(),
            single.mask());

    List<Double> losses = new ArrayList<>();
    single
        .values()
        .at("/" + run + "/loss_before_step")
        .forEach(
            expected -> {
              losses.add(step.run(false));
              assertThat(losses.get(losses.size() - 1))
                  .isCloseTo(expected.asDouble(), within(5e-3 * expected.asDouble()));
            });
    assertThat(losses.get(0))
        .isNotCloseTo(
            single.values().at("/" + run + "/loss_before_step/0").asDouble(), within(1e-7));
  }

  @ParameterizedTest
  @CsvSource({"simmim, c_simmim/case0", "mae, b_mae/case0"})
  void gradientsAreFloat32AndThoseOfFloat32WithinTheRounding(String method, String folder) {
    OracleCase single = new OracleCase(folder, ScalarType.Float);
    List<Double> squares = new ArrayList<>();
    for (boolean bfloat16 : List.of(false, true)) {
      TrainingStep step =
          new TrainingStep(
              single.options(method, "adamw", true, bfloat16),
              single.weights(),
              single.images(),
              single.mask());
      step.gradients(
          true,
          gradients -> {
            double square = 0;
            for (Tensor gradient : gradients.values()) {
              assertThat(gradient.scalar_type().intern()).isEqualTo(ScalarType.Float);
              square += gradient.square().sum().item_double();
            }
            squares.add(square);
          });
    }
    assertThat(squares.get(1)).isCloseTo(squares.get(0), within(0.02 * squares.get(0)));
    assertThat(squares.get(1)).isNotEqualTo(squares.get(0));
  }
}
