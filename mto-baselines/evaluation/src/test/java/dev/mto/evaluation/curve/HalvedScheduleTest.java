package dev.mto.evaluation.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.evaluation.curve.HalvedSchedule.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HalvedScheduleTest {

  @Test
  void gainAndDifferenceAreMeansOverSeedsWithStudentsInterval() {
    HalvedSchedule halved =
        HalvedSchedule.of(
            new double[] {0.50, 0.52, 0.54},
            new double[] {0.40, 0.40, 0.40},
            new double[] {0.49, 0.50, 0.51});

    assertThat(halved.gain().mean()).isCloseTo(0.12, within(1e-12));
    // deviation 0.02, n = 3, t(0.975, 2) = 4.302653
    assertThat(halved.gain().low()).isCloseTo(0.12 - 4.302653 * 0.02 / Math.sqrt(3), within(1e-8));
    assertThat(halved.difference().mean()).isCloseTo(-0.02, within(1e-12));
    assertThat(halved.closed().mean()).isCloseTo(1 - 0.02 / 0.12, within(1e-12));
    // D + G/4 is 0.015, 0.01, 0.005: t² = 12 with two degrees, p = (1 - t / sqrt(2 + t²)) / 2
    assertThat(halved.notWorse()).isCloseTo((1 - Math.sqrt(12.0 / 14)) / 2, within(1e-9));
    assertThat(halved.worse()).isGreaterThan(0.95);
  }

  @Test
  void boundsOfTheShareAreWhereItsOwnTestTurns() {
    SplittableRandom random = new SplittableRandom(3);
    for (int trial = 0; trial < 20; trial++) {
      double[] whole = random.doubles(6, 0.5, 0.6).toArray();
      double[] half = random.doubles(6, 0.3, 0.4).toArray();
      double[] mto = random.doubles(6, 0.35, 0.55).toArray();
      HalvedSchedule halved = HalvedSchedule.of(whole, half, mto);

      for (double share : new double[] {halved.closed().low(), halved.closed().high()}) {
        double[] contrast = new double[6];
        for (int i = 0; i < 6; i++) {
          contrast[i] = mto[i] - whole[i] + (1 - share) * (whole[i] - half[i]);
        }
        double mean = Arrays.stream(contrast).average().orElseThrow();
        double squares = Arrays.stream(contrast).map(c -> (c - mean) * (c - mean)).sum();
        // t(0.95, 5) = 2.015048
        assertThat(Math.abs(mean) / Math.sqrt(squares / 5 / 6)).isCloseTo(2.015048, within(1e-5));
      }
      assertThat(halved.worse() < HalvedSchedule.LEVEL).isEqualTo(halved.closed().high() < 0.5);
      assertThat(halved.notWorse() < HalvedSchedule.LEVEL).isEqualTo(halved.closed().low() > 0.75);
    }
  }

  @Test
  void eachVerdictIsGivenWhereItsDataSayIt() {
    double[] half = {0.400, 0.402, 0.398, 0.401, 0.399};
    double[] whole = {0.500, 0.505, 0.495, 0.501, 0.499};
    HalvedSchedule reproduced = HalvedSchedule.of(whole, half, whole);
    HalvedSchedule refuted =
        HalvedSchedule.of(whole, half, new double[] {0.41, 0.412, 0.408, 0.411, 0.409});
    HalvedSchedule between =
        HalvedSchedule.of(whole, half, new double[] {0.40, 0.50, 0.47, 0.52, 0.46});
    HalvedSchedule flat = HalvedSchedule.of(whole, whole.clone(), whole.clone());
    HalvedSchedule fallen = HalvedSchedule.of(half, whole, whole);

    assertThat(HalvedSchedule.verdicts(List.of(flat, reproduced, between, refuted, fallen), 0))
        .containsExactly(
            Verdict.NOT_TESTABLE,
            Verdict.REPRODUCED,
            Verdict.UNDECIDED,
            Verdict.REFUTED,
            Verdict.NOT_TESTABLE);
    assertThat(fallen.closed().mean()).isNaN();
  }

  @Test
  void aShareOfExactlyAHalfIsNotBelowIt() {
    double[] half = {0.5, 0.5};
    double[] whole = {0.75, 0.75};
    HalvedSchedule halved = HalvedSchedule.of(whole, half, new double[] {0.625, 0.625});

    assertThat(halved.worse()).isEqualTo(1);
    assertThat(HalvedSchedule.verdicts(List.of(halved), 0)).containsExactly(Verdict.UNDECIDED);
  }

  @Test
  void methodsThatAreNotCompleteAreCorrectedForToo() {
    double[] half = {0.400, 0.402, 0.398};
    double[] whole = {0.500, 0.505, 0.495};
    HalvedSchedule refuted = HalvedSchedule.of(whole, half, new double[] {0.42, 0.428, 0.436});

    assertThat(refuted.worse()).isBetween(HalvedSchedule.LEVEL / 2, HalvedSchedule.LEVEL);
    assertThat(HalvedSchedule.verdicts(List.of(refuted), 0)).containsExactly(Verdict.REFUTED);
    assertThat(HalvedSchedule.verdicts(List.of(refuted), 1)).containsExactly(Verdict.UNDECIDED);
  }

  @Test
  void aGainThatSeedsDoNotAgreeOnIsNotTestableAndBoundsNoShare() {
    HalvedSchedule halved =
        HalvedSchedule.of(
            new double[] {0.50, 0.60, 0.40},
            new double[] {0.45, 0.45, 0.45},
            new double[] {0.50, 0.60, 0.41});

    assertThat(halved.gain().mean()).isCloseTo(0.05, within(1e-12));
    assertThat(HalvedSchedule.verdicts(List.of(halved), 0)).containsExactly(Verdict.NOT_TESTABLE);
    assertThat(halved.closed().low()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(halved.closed().high()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void holmStopsAtTheFirstHypothesisThatHolds() {
    // 0.01 < 0.05 / 4, 0.02 > 0.05 / 3, so that 0.021 < 0.05 / 2 is not asked any more
    assertThat(HalvedSchedule.holm(List.of(0.021, 0.01, 0.02, 0.9)))
        .containsExactly(false, true, false, false);
    assertThat(HalvedSchedule.holm(List.of(0.02, 0.01))).containsExactly(true, true);
    assertThat(HalvedSchedule.holm(List.of())).isEmpty();
  }

  @Test
  void oneSeedIsRefused() {
    assertThatThrownBy(
            () -> HalvedSchedule.of(new double[] {0.5}, new double[] {0.4}, new double[] {0.5}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("seeds: 1");
  }
}
