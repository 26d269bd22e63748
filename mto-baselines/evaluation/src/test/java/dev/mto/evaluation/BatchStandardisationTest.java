package dev.mto.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class BatchStandardisationTest {
  @Test
  void followsTheBatchInTrainingAndTheRunningStatisticsAfterwards() {
    try (BatchStandardisation norm = new BatchStandardisation(2)) {
      INDArray batch = Nd4j.createFromArray(new float[][] {{1, 10}, {2, 10}, {6, 10}});

      norm.train(batch);

      // mean 3, biased variance 14/3, unbiased 7
      double deviation = Math.sqrt(14 / 3.0 + 1e-6);
      assertThat(batch.getDouble(0, 0)).isCloseTo(-2 / deviation, within(1e-6));
      assertThat(batch.getDouble(2, 0)).isCloseTo(3 / deviation, within(1e-6));
      assertThat(batch.getDouble(1, 1)).as("no spread").isZero();

      INDArray other = Nd4j.createFromArray(new float[][] {{0.3f, 1}});
      norm.apply(other);
      assertThat(other.getDouble(0, 0)).as("running mean .3").isCloseTo(0, within(1e-6));
      assertThat(norm.state().get("head.norm.running_var").getDouble(0))
          .isCloseTo(0.9 + 0.1 * 7, within(1e-6));
      assertThat(norm.state().get("head.norm.running_mean").getDouble(1))
          .isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void aSingleRowHasNoSpreadAndLeavesNumbers() {
    try (BatchStandardisation norm = new BatchStandardisation(2)) {
      norm.train(Nd4j.createFromArray(new float[][] {{1, 2}}));

      assertThat(norm.state().get("head.norm.running_var").toFloatVector())
          .containsExactly(0.9f, 0.9f);
    }
  }
}
