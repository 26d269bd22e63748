package dev.mto.speed.step;

import java.util.List;

/**
 * Steps of one contender.
 *
 * @param milliseconds of every timed step, at least one
 * @param peakMebibytes most resident memory; NaN where not known
 */
record Measured(List<Double> milliseconds, double peakMebibytes) {
  Measured {
    if (milliseconds.isEmpty()) {
      throw new IllegalArgumentException("no step was timed: give --steps and --rounds above 0");
    }
    milliseconds = milliseconds.stream().sorted().toList();
  }

  /** Milliseconds of the fastest step. */
  double min() {
    return milliseconds.get(0);
  }

  /** Milliseconds of the middle step. */
  double median() {
    int middle = milliseconds.size() / 2;
    return milliseconds.size() % 2 == 1
        ? milliseconds.get(middle)
        : (milliseconds.get(middle - 1) + milliseconds.get(middle)) / 2;
  }
}
