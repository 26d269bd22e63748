package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GradientNormTest {
  private final INDArray first = Nd4j.createFromArray(new double[] {3, 0});
  private final INDArray second = Nd4j.createFromArray(new double[][] {{0}, {4}});
  private final List<INDArray> gradients = List.of(first, second);

  @Test
  void isTheNormOfAllGradientsAsOneVector() {
    assertThat(GradientNorm.of(gradients)).isEqualTo(5);
  }

  @Test
  void isNotFiniteIfOneGradientIsNot() {
    second.putScalar(1, Double.NaN);
    assertThat(GradientNorm.of(gradients)).isNaN();
    second.putScalar(1, Double.POSITIVE_INFINITY);
    assertThat(GradientNorm.of(gradients)).isInfinite();
  }

  @Test
  void clippingScalesAllGradientsAsPyTorchDoes() {
    assertThat(GradientNorm.clipFactor(5, 1)).isCloseTo(1 / (5 + 1e-6), within(1e-15));
  }

  @Test
  void gradientsBelowTheLimitStayAsTheyAre() {
    assertThat(GradientNorm.clipFactor(5, 5.1)).isEqualTo(1);
    assertThat(GradientNorm.clipFactor(5, 0)).as("no limit").isEqualTo(1);
  }
}
