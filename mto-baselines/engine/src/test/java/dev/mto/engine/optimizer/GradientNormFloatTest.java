package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class GradientNormFloatTest {
  private final List<INDArray> gradients = gradients();

  @Test
  void equalsTheNormInDouble() {
    assumeOwnSum();
    for (INDArray gradient : gradients) {
      double expected = norm(List.of(gradient));
      assertThat(GradientNorm.of(List.of(gradient)))
          .as("%d elements", gradient.length())
          .isCloseTo(expected, withinPercentage(1e-4));
    }
    assertThat(GradientNorm.of(gradients)).isCloseTo(norm(gradients), withinPercentage(1e-4));
  }

  @Test
  void equalsTheNormOfTheSameGradientsAsDoubles() {
    assumeOwnSum();
    List<INDArray> wide = gradients.stream().map(g -> g.castTo(DataType.DOUBLE)).toList();

    assertThat(GradientNorm.of(gradients)).isCloseTo(GradientNorm.of(wide), withinPercentage(1e-4));
  }

  @Test
  void isNotFiniteIfTheLastElementIsNot() {
    INDArray last = gradients.get(gradients.size() - 1);
    last.putScalar(last.length() - 1, Float.NaN);
    assertThat(GradientNorm.of(gradients)).isNaN();
    last.putScalar(last.length() - 1, Float.NEGATIVE_INFINITY);
    assertThat(GradientNorm.of(gradients)).isInfinite();
  }

  @Test
  void hasTheSameBitsForAnyNumberOfThreads() throws Exception {
    double one = Pools.with(1, () -> GradientNorm.of(gradients));
    double four = Pools.with(4, () -> GradientNorm.of(gradients));

    assertThat(four).isEqualTo(one);
  }

  private void assumeOwnSum() {
    assumeTrue(HostArrays.areSuited(gradients), "ND4J's float32 sum, or mto.kernels is standard");
  }

  private static double norm(List<INDArray> arrays) {
    double sum = 0;
    for (INDArray array : arrays) {
      for (double value : Vectors.doubles(array)) {
        sum += value * value;
      }
    }
    return Math.sqrt(sum);
  }

  private static List<INDArray> gradients() {
    Random random = new Random(9);
    List<INDArray> made = new ArrayList<>();
    for (int length : Vectors.LENGTHS) {
      made.add(Vectors.normal(random, length));
    }
    return made;
  }
}
