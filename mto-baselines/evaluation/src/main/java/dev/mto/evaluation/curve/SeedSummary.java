package dev.mto.evaluation.curve;

import java.util.Arrays;
import java.util.Locale;

/**
 * Mean and spread over seeds.
 *
 * @param n seeds
 * @param mean of the values, NaN without any
 * @param deviation sample standard deviation, NaN of fewer than two
 */
public record SeedSummary(int n, double mean, double deviation) {

  /** Of one value a seed. */
  public static SeedSummary of(double... values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double deviation = values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    return new SeedSummary(values.length, mean, deviation);
  }

  /** For example "61.20 ± 0.35 % (n = 3)", of shares. */
  public String percent() {
    return n < 2
        ? String.format(Locale.ROOT, "%.2f %% (n = %d)", 100 * mean, n)
        : String.format(Locale.ROOT, "%.2f ± %.2f %% (n = %d)", 100 * mean, 100 * deviation, n);
  }

  /** For example "1.234 ± 0.035 (n = 3)". */
  public String plain() {
    return n < 2
        ? String.format(Locale.ROOT, "%.3f (n = %d)", mean, n)
        : String.format(Locale.ROOT, "%.3f ± %.3f (n = %d)", mean, deviation, n);
  }
}
