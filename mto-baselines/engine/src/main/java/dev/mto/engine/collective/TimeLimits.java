package dev.mto.engine.collective;

import java.time.Duration;

/**
 * How long a process waits for the others.
 *
 * @param connect for all to be connected
 * @param silence until a process of which nothing is heard is given up; each tells ten times in
 *     that time that it lives
 * @param step until a process that lives but does not finish its step is given up, or ten times the
 *     longest step of the one that waits where that is more
 * @param patience the same in the first step and between steps, where rank 0 measures and saves
 */
public record TimeLimits(Duration connect, Duration silence, Duration step, Duration patience) {
  /** A minute to connect, 20 seconds of silence or of a step, two hours between steps. */
  public static TimeLimits usual() {
    return new TimeLimits(
        Duration.ofMinutes(1), Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofHours(2));
  }

  /** Between two signs of life. */
  Duration beat() {
    return silence.dividedBy(10);
  }
}
