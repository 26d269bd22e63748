package dev.mto.evaluation.curve;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Mean and spread over seeds.
 *
 * @param n seeds
 * @param mean of the values, NaN without any
 * @param deviation sample standard deviation, NaN of fewer than two
 * @param interval 95 % percentile bootstrap of the mean, low and high; empty of fewer than five
 */
public record SeedSummary(int n, double mean, double deviation, List<Double> interval) {
  private static final int FEWEST = 5;
  private static final int RESAMPLES = 10_000;

  /** Of one value a seed. */
  public static SeedSummary of(double... values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double deviation = values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    return new SeedSummary(
        values.length, mean, deviation, values.length < FEWEST ? List.of() : bootstrap(values));
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

  private static List<Double> bootstrap(double... values) {
    SplittableRandom random = new SplittableRandom(1);
    double[] means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      double sum = 0;
      for (int k = 0; k < values.length; k++) {
        sum += values[random.nextInt(values.length)];
      }
      means[i] = sum / values.length;
    }
    Arrays.sort(means);
    return List.of(
        means[(int) Math.floor(0.025 * RESAMPLES)], means[(int) Math.ceil(0.975 * RESAMPLES) - 1]);
  }
}
