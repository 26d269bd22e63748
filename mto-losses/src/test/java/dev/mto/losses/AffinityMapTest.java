package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AffinityMapTest {

  private static final MtoOptions OPTIONS = MtoOptions.defaults();
  private static final INDArray TOKENS =
      Nd4j.createFromArray(new double[][] {{1, 0}, {Math.log(3), 1}, {0, 1}});

  @Test
  void scoresAreDotProductsOfAllPairs() {
    INDArray expected = TOKENS.mmul(TOKENS.transpose());
    assertThat(AffinityMap.scores(TOKENS, OPTIONS).distance2(expected)).isLessThan(1e-14);
  }

  @Test
  void scoresOfUnitTokensAreCosines() {
    INDArray cosines = AffinityMap.scores(TOKENS, OPTIONS.withNormalise(Normalise.L2));
    assertThat(cosines.getDouble(0, 0)).isCloseTo(1, within(1e-11));
    assertThat(cosines.getDouble(1, 2)).isCloseTo(1 / Math.hypot(Math.log(3), 1), within(1e-11));
  }

  @Test
  void maskedToVisibleIsTheQuadrantOfMaskedRowsAndVisibleColumns() {
    INDArray mask = Nd4j.createFromArray(1, 0, 0);
    INDArray affinity = AffinityMap.maskedToVisible(TOKENS, mask, OPTIONS);
    assertThat(affinity.shape()).containsExactly(1, 2);
    assertThat(affinity.getDouble(0, 0)).isCloseTo(0.75, within(1e-15));
    assertThat(affinity.getDouble(0, 1)).isCloseTo(0.25, within(1e-15));
  }

  @Test
  void softmaxRowsSumToOneForHugeTokens() {
    INDArray sums = AffinityMap.softmax(TOKENS.mul(1e6), OPTIONS).sum(1);
    assertThat(sums.toDoubleVector()).containsExactly(new double[] {1, 1, 1}, within(1e-12));
  }

  @Test
  void aBatchIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AffinityMap.scores(TOKENS.reshape(1, 3, 2), OPTIONS))
        .withMessageContaining("rank 3");
  }
}
