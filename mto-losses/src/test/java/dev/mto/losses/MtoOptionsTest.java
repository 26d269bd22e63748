package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  @Test
  void numbersAndLayersOutOfRangeAreRefused() {
    MtoOptions options = MtoOptions.defaults();
    refused(() -> options.withTemperature(0), "temperature is 0.0");
    refused(() -> options.withTemperature(Double.NaN), "temperature is NaN");
    refused(() -> options.withMargin(-0.1), "margin is -0.1");
    refused(() -> options.withMargin(11), "margin is 11.0");
    refused(() -> options.withRankingLayers(3), "ranking layers is [3]");
    refused(() -> options.withRankingLayers(2, 1), "ranking layers is [2, 1]");
    refused(() -> options.withRankingLayers(-1, 1), "ranking layers is [-1, 1]");
    refused(() -> options.withSparsityLayers(), "sparsity layers is []");
    refused(() -> options.withSparsityLayers(1, 1), "sparsity layers is [1, 1]");
    refused(() -> options.withSparsityLayers(-1), "sparsity layers is [-1]");
    refused(() -> options.withNormPenalty(-1, 1), "norm penalty is -1.0");
    refused(() -> options.withNormPenalty(1, 0), "norm reference is 0.0");
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message);
  }
}
