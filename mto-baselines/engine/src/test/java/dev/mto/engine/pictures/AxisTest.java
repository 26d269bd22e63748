package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void ticksAreRoundAndInside() {
    assertThat(new Axis(-3, 1047, false).ticks(6, false))
        .containsExactly(0., 200., 400., 600., 800., 1000.);
    assertThat(new Axis(0, 1, false).ticks(5, false)).hasSize(6).endsWith(1.);
  }

  @Test
  void countsHaveWholeTicksOnly() {
    assertThat(new Axis(0, 3, false).ticks(10, true)).containsExactly(0., 1., 2., 3.);
    assertThat(new Axis(0, 3, false).ticks(10, false)).contains(0.5);
  }

  @Test
  void ticksOfALogarithmicAxisArePowersOfTenOrRoundPartsOfThem() {
    assertThat(new Axis(0.02, 300, true).ticks(4, false)).containsExactly(0.1, 1., 10., 100.);
    assertThat(new Axis(0.5, 30, true).ticks(6, false)).containsExactly(0.5, 1., 2., 5., 10., 20.);
  }

  @Test
  void aShortLogarithmicAxisHasRoundTicks() {
    assertThat(new Axis(2.1, 4.2, true).ticks(5, false)).containsExactly(2.5, 3., 3.5, 4.);
  }

  @Test
  void positionsRunFromZeroToOne() {
    assertThat(new Axis(10, 1000, true).position(100)).isEqualTo(0.5);
    assertThat(new Axis(10, 30, false).position(15)).isEqualTo(0.25);
  }

  @Test
  void equalValuesStillHaveAnAxis() {
    Axis axis = Axis.around(0, 0, false);
    assertThat(axis.position(0)).isBetween(0., 1.);
    assertThat(axis.ticks(5, false)).isNotEmpty();
    assertThat(Axis.around(3, 3, true).position(3)).isBetween(0., 1.);
  }

  @Test
  void noiseOfANearlyConstantCurveIsNotMagnified() {
    Axis speed = Axis.around(405, 415, false);
    assertThat(speed.position(415) - speed.position(405)).isLessThan(0.3);
    Axis norm = Axis.around(1, 1.05, true);
    assertThat(norm.position(1.05) - norm.position(1)).isLessThan(0.1);
    Axis changing = Axis.around(100, 300, false);
    assertThat(changing.position(300) - changing.position(100)).isGreaterThan(0.6);
  }

  @Test
  void valuesThatComeNearToZeroAreShownFromZero() {
    assertThat(Axis.around(0.3, 3, false).min()).isEqualTo(0);
    assertThat(Axis.around(70, 75, false).min()).isGreaterThan(60);
    assertThat(Axis.around(-1, 3, false).min()).isLessThan(-1);
  }

  @Test
  void numbersAreShortAndHaveOneMinusSign() {
    assertThat(Numbers.of(0.000123456)).isEqualTo("1.235e\u22124");
    assertThat(Numbers.of(-0.00001)).isEqualTo("\u22121e\u22125");
    assertThat(Numbers.of(-2.5)).isEqualTo("\u22122.5");
    assertThat(Numbers.of(1234.56)).isEqualTo("1235");
    assertThat(Numbers.of(Double.NaN)).isEqualTo("NaN");
    assertThat(Numbers.percent(-0.5)).isEqualTo("\u221250.0 %");
  }

  @Test
  void numbersOfAnAxisAreWrittenInOneWay() {
    assertThat(Numbers.ticks(List.of(0., 5e3, 1e4, 2.5e5)))
        .containsExactly("0", "5k", "10k", "250k");
    assertThat(Numbers.ticks(List.of(5e5, 1.5e6))).containsExactly("0.5M", "1.5M");
    assertThat(Numbers.ticks(List.of(0., 5e-4, 1e-3))).containsExactly("0", "0.0005", "0.001");
    assertThat(Numbers.ticks(List.of(0., 5e-5, 1e-4)))
        .containsExactly("0", "5e\u22125", "1e\u22124");
    assertThat(Numbers.ticks(List.of(-0.1, 3 * 0.1))).containsExactly("\u22120.1", "0.3");
    assertThat(Numbers.ticks(List.of(0.01, 10., 100., 1e3, 1e5)))
        .containsExactly("0.01", "10", "100", "1k", "100k");
    assertThat(Numbers.ticks(List.of(1e-8, 1.))).containsExactly("1e\u22128", "1");
  }

  @Test
  void onlyHyphensBeforeNumbersBecomeMinusSigns() {
    assertThat(Numbers.withMinus("-0.32 ± 1.44 of spa-e on 2026-11-29, k-NN (-1)"))
        .isEqualTo("\u22120.32 ± 1.44 of spa-e on 2026-11-29, k-NN (\u22121)");
  }
}
