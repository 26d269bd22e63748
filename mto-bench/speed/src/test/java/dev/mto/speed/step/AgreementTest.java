package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.speed.step.Agreement.Agreements;
import dev.mto.speed.step.Agreement.Bounds;
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
        .hasMessageContaining("a has 1 values and 2 in our float32 step");
  }

  @Test
  void acceptsRounding() {
    assertThatCode(() -> agreement(1.00001, 1, 1e-5, "a").require("case", Bounds.FLOAT32))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesGradientsThatDiffer() {
    assertThatThrownBy(
            () -> agreement(1, 1, 0.002, "blocks.3.norm1.bias").require("case", Bounds.FLOAT32))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("case: gradients differ by 0.002")
        .hasMessageContaining("blocks.3.norm1.bias")
        .hasMessageContaining("nothing was timed");
  }

  @Test
  void refusesLossesThatDiffer() {
    assertThatThrownBy(() -> agreement(1.001, 1, 0, "a").require("case", Bounds.FLOAT32))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("losses 1.001");
  }

  @Test
  void refusesWhatIsNotANumber() {
    assertThatThrownBy(() -> agreement(1, 1, Double.NaN, "a").require("case", Bounds.FLOAT32))
        .isInstanceOf(BenchmarkFailure.class);
    assertThatThrownBy(() -> agreement(Double.NaN, 1, 0, "a").require("case", Bounds.FLOAT32))
        .isInstanceOf(BenchmarkFailure.class);
  }

  @Test
  void theLargestErrorOfOneParameterIsRelativeToItsOwnNorm() {
    GradientDifference difference =
        GradientDifference.between(
            Map.of("large", row(41, 0), "small", row(0, 0.3f)),
            Map.of("large", row(40, 0), "small", row(0, 0.2f)));

    assertThat(difference.worst()).isEqualTo("large");
    assertThat(difference.name()).isEqualTo("small");
    assertThat(difference.parameter()).isCloseTo(0.5, within(1e-6));
  }

  @Test
  void bfloat16MayRoundMoreButNotInOneParameterAlone() {
    Agreement rounded = agreement(1, 1.0005, 0.01, "a");
    Agreement wrong =
        new Agreement(1, 1, new GradientDifference(0.01, "a", 1, "blocks.0.attn.q_bias"));

    assertThatCode(() -> rounded.require("case", Bounds.BFLOAT16)).doesNotThrowAnyException();
    assertThatThrownBy(() -> wrong.require("case", Bounds.BFLOAT16))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("gradients of one parameter differ by 1")
        .hasMessageContaining("blocks.0.attn.q_bias");
  }

  @Test
  void bothSidesRoundingMustBeOfTheSameSize() {
    Agreement own = agreement(1, 1, 0.01, "a");

    assertThatCode(() -> against(own, 0.015).requireSameSize("case")).doesNotThrowAnyException();
    assertThatThrownBy(() -> against(own, 0.001).requireSameSize("case"))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("0.010 from float32 here and 0.0010 in libtorch OpenBLAS");
    assertThatThrownBy(() -> against(own, 0.1).requireSameSize("case"))
        .isInstanceOf(BenchmarkFailure.class);
  }

  private static Agreements against(Agreement own, double peerError) {
    return new Agreements(own, Map.of(Blas.OPENBLAS, agreement(1, 1, peerError, "a")));
  }

  private static Agreement agreement(
      double loss, double other, double gradientError, String worst) {
    return new Agreement(
        loss, other, new GradientDifference(gradientError, worst, gradientError, worst));
  }

  private static INDArray row(float... values) {
    return Nd4j.createFromArray(values);
  }
}
