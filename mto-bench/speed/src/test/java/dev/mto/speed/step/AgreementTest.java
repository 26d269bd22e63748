package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.speed.step.Agreement.GradientDifference;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AgreementTest {

  @Test
  void errorOfGradientsIsOfAllParametersTogether() {
    GradientDifference difference =
        GradientDifference.between(
            Map.of("a", row(3, 0), "b", row(0, 4.5f)), Map.of("a", row(3, 0), "b", row(0, 4)));

    assertThat(difference.relative()).isCloseTo(0.5 / 5, within(1e-7));
    assertThat(difference.worst()).isEqualTo("b");
  }

  @Test
  void aGradientThatIsMissingCountsAsZero() {
    GradientDifference difference =
        GradientDifference.between(Map.of("a", row(3, 0)), Map.of("a", row(3, 0), "b", row(0, 4)));

    assertThat(difference.relative()).isCloseTo(4.0 / 5, within(1e-7));
    assertThat(difference.worst()).isEqualTo("b");
  }

  @Test
  void shapesMayDifferWhereTheValuesAreTheSame() {
    assertThat(
            GradientDifference.between(Map.of("a", row(1, 2).reshape(2, 1)), Map.of("a", row(1, 2)))
                .relative())
        .isZero();
  }

  @Test
  void refusesAnotherNumberOfValues() {
    assertThatThrownBy(
            () -> GradientDifference.between(Map.of("a", row(1)), Map.of("a", row(1, 2))))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("a has 1 values here and 2 in libtorch");
  }

  @Test
  void acceptsRounding() {
    assertThatCode(() -> agreement(1.00001, 1, 1e-5, "a").require("case"))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesGradientsThatDiffer() {
    assertThatThrownBy(() -> agreement(1, 1, 0.002, "blocks.3.norm1.bias").require("case"))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("case: gradients differ by 0.002")
        .hasMessageContaining("blocks.3.norm1.bias")
        .hasMessageContaining("nothing was timed");
  }

  @Test
  void refusesLossesThatDiffer() {
    assertThatThrownBy(() -> agreement(1.001, 1, 0, "a").require("case"))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("losses 1.001");
  }

  @Test
  void refusesWhatIsNotANumber() {
    assertThatThrownBy(() -> agreement(1, 1, Double.NaN, "a").require("case"))
        .isInstanceOf(BenchmarkFailure.class);
    assertThatThrownBy(() -> agreement(Double.NaN, 1, 0, "a").require("case"))
        .isInstanceOf(BenchmarkFailure.class);
  }

  private static Agreement agreement(
      double loss, double peerLoss, double gradientError, String worst) {
    return new Agreement(loss, peerLoss, new GradientDifference(gradientError, worst));
  }

  private static INDArray row(float... values) {
    return Nd4j.createFromArray(values);
  }
}
