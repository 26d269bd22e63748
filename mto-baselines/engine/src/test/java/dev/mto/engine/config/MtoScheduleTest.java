package dev.mto.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mto.engine.config.MtoSchedule.Decay;
import dev.mto.engine.config.MtoSchedule.Part;
import dev.mto.losses.MtoWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MtoScheduleTest {
  private static final MtoWeights FULL = new MtoWeights(2, 3, 5);

  @Test
  void nothingGivenIsNoSchedule() {
    MtoSchedule schedule = schedule(null, null, null);
    assertThat(schedule.stays()).isTrue();
    assertThat(schedule.at(0, FULL)).isEqualTo(FULL);
    assertThat(schedule.at(0.999, FULL)).isEqualTo(FULL);
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, 0, 0", "NONE, 0.05, 0.5", "NONE, 0.1, 1", "NONE, 0.4999, 1", "NONE, 0.5, 0",
    "LINEAR, 0.05, 0.5", "LINEAR, 0.1, 1", "LINEAR, 0.3, 0.5", "LINEAR, 0.4, 0.25", "LINEAR, 1, 0",
    "COSINE, 0.1, 1", "COSINE, 0.2, 0.8535533905932737", "COSINE, 0.3, 0.5", "COSINE, 0.7, 0"
  })
  void factorsOfAWarmUpToATenthAndAnEndAtTheHalf(Decay decay, double done, double factor) {
    MtoWeights weights = schedule(0.1, 0.5, decay).at(done, FULL);
    assertThat(weights.spa()).isCloseTo(2 * factor, within(1e-12));
    assertThat(weights.e()).isCloseTo(3 * factor, within(1e-12));
    assertThat(weights.r()).isCloseTo(5 * factor, within(1e-12));
  }

  @Test
  void aLossMayHaveItsOwn() {
    Part late = new Part(0.6, 1.0, null);
    Part early = new Part(null, 0.25, Decay.LINEAR);
    MtoSchedule schedule = new MtoSchedule(0.0, 0.5, Decay.NONE, early, null, late);
    assertThat(schedule.stays()).isFalse();
    assertThat(schedule.at(0.125, FULL).spa()).isCloseTo(1, within(1e-12));
    assertThat(schedule.at(0.3, FULL)).isEqualTo(new MtoWeights(0, 3, 2.5));
    assertThat(schedule.at(0.8, FULL)).isEqualTo(new MtoWeights(0, 0, 5));
  }

  @Test
  void sharesOutOfRangeAreRefusedByTheirKey() {
    refused(() -> schedule(1.0, null, null), "mto.schedule.warmup: 1.0 must be in [0, 1)");
    refused(() -> schedule(null, 0.0, null), "mto.schedule.off: 0.0 must be in (0, 1]");
    refused(() -> schedule(0.5, 0.5, null), "must be less than mto.schedule.off, 0.5");
    refused(
        () -> new MtoSchedule(0.2, 0.5, null, null, new Part(null, 0.1, null), null),
        "mto.schedule.e.warmup: 0.2 must be less than mto.schedule.e.off, 0.1");
  }

  private static void refused(Runnable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(message);
  }

  private static MtoSchedule schedule(Double warmup, Double off, Decay decay) {
    return new MtoSchedule(warmup, off, decay, null, null, null);
  }
}
