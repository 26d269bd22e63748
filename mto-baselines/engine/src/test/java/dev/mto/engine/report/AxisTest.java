package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void ticksAreRoundAndInside() {
    assertThat(new Axis(-3, 1047, false).ticks())
        .containsExactly(0., 200., 400., 600., 800., 1000.);
  }

  @Test
  void ticksOfALogarithmicAxisArePowersOfTen() {
    assertThat(new Axis(0.02, 300, true).ticks()).hasSize(4).startsWith(0.1, 1.).endsWith(100.);
  }

  @Test
  void aShortLogarithmicAxisHasRoundTicks() {
    assertThat(new Axis(2, 4.2, true).ticks()).containsExactly(2., 2.5, 3., 3.5, 4.);
  }

  @Test
  void positionsRunFromZeroToOne() {
    assertThat(new Axis(10, 1000, true).position(100)).isEqualTo(0.5);
    assertThat(new Axis(10, 30, false).position(15)).isEqualTo(0.25);
  }

  @Test
  void equalValuesStillHaveAnAxis() {
    Axis axis = Axis.around(0, 0, false);
    assertThat(axis.position(0)).isEqualTo(0.5);
    assertThat(axis.ticks()).isNotEmpty();
  }

  @Test
  void numbersAreShort() {
    assertThat(Numbers.tick(250_000)).isEqualTo("250k");
    assertThat(Numbers.tick(1_500_000)).isEqualTo("1.5M");
    assertThat(Numbers.tick(0)).isEqualTo("0");
    assertThat(Numbers.tick(3 * 0.1)).isEqualTo("0.3");
    assertThat(Numbers.of(0.000123456)).isEqualTo("1.235e-4");
    assertThat(Numbers.of(-0.00001)).isEqualTo("-1e-5");
    assertThat(Numbers.of(1234.56)).isEqualTo("1235");
    assertThat(Numbers.of(Double.NaN)).isEqualTo("NaN");
  }
}
