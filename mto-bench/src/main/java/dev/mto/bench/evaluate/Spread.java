package dev.mto.bench.evaluate;

import java.util.Arrays;
import java.util.Locale;

/**
 * Mean and spread of a figure over seeds.
 *
 * @param mean NaN without values
 * @param deviation sample standard deviation, NaN of fewer than two
 * @param n how many
 */
record Spread(double mean, double deviation, int n) {
  static Spread of(double... values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double deviation = values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    return new Spread(mean, deviation, values.length);
  }

  /** For example "61.20 ± 0.35 % (n = 3)". */
  String percent() {
    return n < 2
        ? String.format(Locale.ROOT, "%.2f %% (n = %d)", 100 * mean, n)
        : String.format(Locale.ROOT, "%.2f ± %.2f %% (n = %d)", 100 * mean, 100 * deviation, n);
  }
}
