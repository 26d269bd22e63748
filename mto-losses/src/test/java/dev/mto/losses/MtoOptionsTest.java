package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MtoOptionsTest {

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void weightsThatAreNegativeOrNotFiniteAreRefused(double weight) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MtoWeights(0, weight, 0))
        .withMessageContaining("weight e is " + weight);
  }

  @Test
  void weightsOfZeroAreAllowed() {
    assertThat(new MtoWeights(0, 0, 0).spa()).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1e-6, 1e-10, Double.NaN, Double.POSITIVE_INFINITY})
  void epsilonsOutOfRangeAreRefused(double epsilon) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MtoOptions.defaults().withEpsilon(epsilon))
        .withMessageContaining("epsilon is " + epsilon);
  }

  @Test
  void aWithMethodChangesItsOptionAlone() {
    MtoOptions defaults = MtoOptions.defaults();
    MtoOptions printed = defaults.withRanking(Ranking.PRINTED);
    assertThat(printed.ranking()).isEqualTo(Ranking.PRINTED);
    assertThat(printed.withRanking(Ranking.DESCRIBED)).isEqualTo(defaults);
  }
}
