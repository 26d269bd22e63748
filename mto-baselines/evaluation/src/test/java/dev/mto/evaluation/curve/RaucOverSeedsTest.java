package dev.mto.evaluation.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RaucOverSeedsTest {
  private static final AccuracyCurve RISING = curve(1, 3);
  private static final AccuracyCurve STEEP = curve(1, 5);
  private static final AccuracyCurve FALLING = curve(2, 1);
  private static final AccuracyCurve FLAT = curve(4, 4);

  @Test
  void isTheRatioOfMeanAreasSoThatNoSeedIsLeftOut() {
    RaucOverSeeds rauc = RaucOverSeeds.of(List.of(RISING, FALLING), List.of(STEEP, FLAT), 0, 2);

    // areas between: 6 - 4 and 8 - 3; rises: 4 - 2 and 3 - 4
    assertThat(rauc.n()).isEqualTo(2);
    assertThat(rauc.improvement()).isCloseTo((2.0 + 5) / (2 - 1), within(1e-12));
    assertThat(rauc.high()).as("FALLING alone is drawn").isInfinite();
    assertThat(rauc.low()).as("RISING alone").isCloseTo(1, within(1e-12));
    assertThat(rauc.between()).isCloseTo((4.0 - 3) / 0.5, within(1e-12));
    assertThat(rauc.describe(1)).isEqualTo("8.000 (2.000 to ∞)");
  }

  @Test
  void ofOneSeedItIsEquationEight() {
    RaucOverSeeds one = RaucOverSeeds.of(List.of(RISING), List.of(STEEP), 0, 2);

    assertThat(one.improvement()).isEqualTo(Rauc.of(RISING, STEEP, 0, 2).improvement());
    assertThat(one.low()).isNaN();
    assertThat(one.between()).isNaN();
    assertThat(one.describe(0)).isEqualTo("1.000");
    assertThat(RaucOverSeeds.of(List.of(FALLING), List.of(STEEP), 0, 2).describe(0)).isEqualTo("–");
  }

  @Test
  void aBaselineAgainstItselfGainsNothing() {
    List<AccuracyCurve> same = List.of(RISING, STEEP, RISING);

    RaucOverSeeds none = RaucOverSeeds.of(same, same, 0, 2);

    assertThat(none.improvement()).isZero();
    assertThat(none.low()).isZero();
    assertThat(none.high()).isZero();
    assertThat(none.between()).isCloseTo(Math.sqrt(2 * 4 / 3.0) / (8 / 3.0), within(1e-12));
  }

  @Test
  void runsThatDoNotReachAnAccuracyCountAsLaterThanTheLastEpoch() {
    List<AccuracyCurve> baselines = List.of(RISING, RISING, RISING);

    TimeToAccuracy most = TimeToAccuracy.of(baselines, List.of(STEEP, FLAT, FALLING));
    TimeToAccuracy few = TimeToAccuracy.of(baselines, List.of(STEEP, FALLING, FALLING));
    TimeToAccuracy none = TimeToAccuracy.of(List.of(RISING), List.of(FALLING));

    assertThat(most).isEqualTo(new TimeToAccuracy(3, 2, 0.5, 1));
    assertThat(few.reached()).isEqualTo(1);
    assertThat(few.medianOfAll()).isEqualTo("not reached");
    assertThat(none.meanOfReached()).isEqualTo("–");
  }

  /** From epoch 0 to epoch 2. */
  private static AccuracyCurve curve(double first, double last) {
    return new AccuracyCurve(Map.of(0.0, first, 2.0, last));
  }
}
