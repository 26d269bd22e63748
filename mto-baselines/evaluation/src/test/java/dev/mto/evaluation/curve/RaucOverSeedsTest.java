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
    assertThat(rauc.improvement().mean()).isCloseTo((2.0 + 5) / (2 - 1), within(1e-12));
    assertThat(rauc.improvement().high()).as("the rise may be 0").isInfinite();
    assertThat(rauc.between()).isCloseTo((4.0 - 3) / 0.5, within(1e-12));
    assertThat(rauc.improvement().plus(1).describe("%.3f")).isEqualTo("8.000 (no bounds)");
  }

  @Test
  void itsIntervalIsStudentsWhereAllRiseAlike() {
    RaucOverSeeds rauc =
        RaucOverSeeds.of(
            List.of(RISING, RISING, RISING), List.of(STEEP, FLAT, curve(1, 3.5)), 0, 2);

    // gains 2, 4 and 0.5 over rises of 2: mean 13/12, deviation 1.7559423 / 2, t(0.975, 2) =
    // 4.302653
    double reach = 4.302653 * 1.7559423 / 2 / Math.sqrt(3);
    assertThat(rauc.improvement().mean()).isCloseTo(13.0 / 12, within(1e-12));
    assertThat(rauc.improvement().low()).isCloseTo(13.0 / 12 - reach, within(1e-6));
    assertThat(rauc.improvement().high()).isCloseTo(13.0 / 12 + reach, within(1e-6));
  }

  @Test
  void ofOneSeedItIsEquationEight() {
    RaucOverSeeds one = RaucOverSeeds.of(List.of(RISING), List.of(STEEP), 0, 2);

    assertThat(one.improvement().mean()).isEqualTo(Rauc.of(RISING, STEEP, 0, 2).improvement());
    assertThat(one.improvement().low()).isNaN();
    assertThat(one.between()).isNaN();
    assertThat(one.improvement().describe("%.3f")).isEqualTo("1.000");
    RaucOverSeeds falling = RaucOverSeeds.of(List.of(FALLING), List.of(STEEP), 0, 2);
    assertThat(falling.improvement().describe("%.3f")).isEqualTo("–");
  }

  @Test
  void aBaselineAgainstItselfGainsNothing() {
    List<AccuracyCurve> same = List.of(RISING, curve(1, 3.5), RISING);

    RaucOverSeeds none = RaucOverSeeds.of(same, same, 0, 2);

    assertThat(none.improvement()).isEqualTo(new Interval(0, 0, 0));
    assertThat(none.between()).isCloseTo(Math.sqrt(2 * 0.25 / 3) / (6.5 / 3), within(1e-12));
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
