package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DownsampledCurveTest {
  @Test
  void keepsFewValuesAsTheyAre() {
    DownsampledCurve curve = new DownsampledCurve();
    curve.add(1, 0.5);
    curve.add(2, 0.25);

    assertThat(curve.x()).containsExactly(1, 2);
    assertThat(curve.y()).containsExactly(0.5, 0.25);
    assertThat(curve.latest()).isEqualTo(0.25);
    assertThat(curve.recent()).isEqualTo(0.375);
  }

  @Test
  void meansOfManyValuesFollowTheCurve() {
    DownsampledCurve curve = new DownsampledCurve();
    for (int step = 1; step <= 500_000; step++) {
      curve.add(step, 3.0 * step);
    }

    assertThat(curve.x().length).isBetween(DownsampledCurve.MOST / 2, DownsampledCurve.MOST);
    for (int i = 0; i < curve.x().length; i++) {
      assertThat(curve.y()[i]).isCloseTo(3 * curve.x()[i], within(1e-6));
    }
    assertThat(curve.latest()).isEqualTo(1_500_000);
    assertThat(curve.recent()).isCloseTo(3 * (500_000 - 9.5), within(1e-6));
  }

  @Test
  void countsAndLeavesOutWhatIsNotFinite() {
    DownsampledCurve curve = new DownsampledCurve();
    curve.add(1, Double.NaN);
    curve.add(2, Double.NEGATIVE_INFINITY);

    assertThat(curve.isEmpty()).isTrue();
    assertThat(curve.notFinite()).isEqualTo(2);
    assertThat(curve.latest()).isNaN();
    assertThat(curve.recent()).isNaN();
  }
}
