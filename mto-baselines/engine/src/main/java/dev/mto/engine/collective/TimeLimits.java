package dev.mto.engine.collective;

import java.time.Duration;

/**
 * How long a process waits for the others.
 *
 * @param connect for all to be connected
 * @param silence until a process of which nothing is heard is given up; each tells ten times in
 *     that time that it lives
 * @param step until a process that lives but does not finish its step is given up, or ten times the
 *     longest step of the one that waits where that is more; six times as long in the first step,
 *     or ten times as long as that of the one that waits
 * @param patience the same between steps, where rank 0 measures and saves
 */
public record TimeLimits(Duration connect, Duration silence, Duration step, Duration patience) {
  /** 20 seconds of silence or of a step. */
  public static TimeLimits usual() {
    return of(Duration.ofSeconds(20));
  }

  /**
   * A minute to connect, two hours between steps.
   *
   * @param silence or step, until a process is given up
   */
  public static TimeLimits of(Duration silence) {
    return new TimeLimits(Duration.ofMinutes(1), silence, silence, Duration.ofHours(2));
  }

  /** Between two signs of life. */
  Duration beat() {
    return silence.dividedBy(10);
  }
}
