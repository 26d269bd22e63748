package dev.mto.peer;

import java.util.Arrays;
import java.util.Locale;

/**
 * Wall times of the measured steps.
 *
 * @param median milliseconds of the middle step
 * @param min milliseconds of the fastest step
 * @param loss total loss of the last step
 */
record Measurement(double median, double min, double loss) {

  /** Of the times of at least one step, in milliseconds. */
  static Measurement of(double[] milliseconds, double loss) {
    double[] sorted = milliseconds.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Measurement(median, sorted[0], loss);
  }

  /** One line of JSON. */
  String json(String version, String blas, int threads) {
    return String.format(
        Locale.ROOT,
        "{\"milliseconds_median\":%.2f,\"milliseconds_min\":%.2f,\"loss\":%.7f,"
            + "\"version\":\"%s\",\"blas\":\"%s\",\"threads\":%d}",
        median,
        min,
        loss,
        version,
        blas,
        threads);
  }
}
