package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The two cases of the proof of equation 3, with tokens that give them: k equal masked tokens and
 * one image's visible tokens, of which the first row is looked at.
 */
class PaperProofTest {

  private static final int MASKED = 5;
  private static final int VISIBLE = 4;
  private static final MtoOptions MEAN = MtoOptions.defaults();

  @Test
  void whenMaskedTokensShareTheWeightTheEntropyTendsToLogK() {
    for (double strength : new double[] {4, 8, 16, 32}) {
      INDArray tokens = tokens(strength, 0);
      double gap = Math.abs(entropyOfVisibleRows(tokens) - Math.log(MASKED));
      assertThat(gap).isLessThanOrEqualTo(VISIBLE * (strength + 2) * Math.exp(-strength) + 1e-12);
    }
  }

  @Test
  void whenOneVisibleTokenTakesTheWeightTheEntropyTendsToZero() {
    for (double strength : new double[] {4, 8, 16, 32}) {
      INDArray tokens = tokens(0, strength);
      double entropy = entropyOfVisibleRows(tokens);
      assertThat(entropy).isPositive();
      assertThat(entropy)
          .isLessThanOrEqualTo((MASKED + VISIBLE) * (strength + 2) * Math.exp(-strength));
    }
  }

  @Test
  void theFirstCaseIsAboveTheSecond() {
    assertThat(entropyOfVisibleRows(tokens(16, 0)))
        .isGreaterThan(entropyOfVisibleRows(tokens(0, 16)) + Math.log(MASKED) - 1e-3);
  }

  /**
   * Visible token i is [a, sqrt(own)·e_i], masked ones [b, 0], with a·b = toMasked and a tiny a, so
   * that a visible row scores toMasked to masked tokens, own to itself and about 0 to others.
   */
  private static INDArray tokens(double toMasked, double own) {
    double a = 1e-3;
    double[][] tokens = new double[MASKED + VISIBLE][1 + VISIBLE];
    for (int i = 0; i < MASKED; i++) {
      tokens[i][0] = toMasked / a;
    }
    for (int i = 0; i < VISIBLE; i++) {
      tokens[MASKED + i][0] = a;
      tokens[MASKED + i][1 + i] = Math.sqrt(own);
    }
    return Nd4j.createFromArray(tokens).reshape(1, 1, MASKED + VISIBLE, 1 + VISIBLE);
  }

  private static double entropyOfVisibleRows(INDArray tokens) {
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, 1, MASKED + VISIBLE);
    for (int i = 0; i < MASKED; i++) {
      mask.putScalar(0, i, 1);
    }
    Graph graph = new Graph(Nd4j.concat(0, tokens, tokens), mask, DataType.DOUBLE, MEAN);
    double spa = graph.scalar(graph.terms().spa());
    assertThat(spa).isCloseTo(EagerMto.sparsity(tokens.slice(0), mask, MEAN)[0], within(1e-12));
    return spa;
  }
}
