package dev.mto.evaluation.curve;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Eq. 8 over seeds: the mean area between the curves over the mean area by which the baseline
 * rises. So seeds whose baseline does not rise count too, where a mean of ratios had to leave them
 * out.
 *
 * @param n pairs of curves
 * @param improvement ∑∫(S2 - S1) / ∑∫(S1 - S1(E1)); NaN where the baseline does not rise in the
 *     mean
 * @param low lower end of the 95 % percentile bootstrap over pairs; -∞ where pairs are drawn whose
 *     baseline does not rise; NaN of fewer than two
 * @param high its upper end, or ∞
 * @param between the same of one baseline's seed against another's, root mean square over all pairs
 *     of seeds: how large eq. 8 of a single pair is where there is nothing to find; NaN of fewer
 *     than two
 */
public record RaucOverSeeds(int n, double improvement, double low, double high, double between) {
  private static final int RESAMPLES = 10_000;

  /**
   * Compares curves pair by pair.
   *
   * @param baselines S1 of each seed
   * @param targets S2 of each seed, in the same order
   * @throws IllegalArgumentException when E1 is not below E2, or a curve does not cover both
   */
  public static RaucOverSeeds of(
      List<AccuracyCurve> baselines, List<AccuracyCurve> targets, double from, double to) {
    int n = baselines.size();
    double[] gains = new double[n];
    double[] rises = new double[n];
    for (int i = 0; i < n; i++) {
      Rauc.requireRange(baselines.get(i), targets.get(i), from, to);
      double area = baselines.get(i).integral(from, to);
      gains[i] = targets.get(i).integral(from, to) - area;
      rises[i] = area - (to - from) * baselines.get(i).at(from);
    }
    double rise = Arrays.stream(rises).sum();
    double improvement = rise > 0 ? Arrays.stream(gains).sum() / rise : Double.NaN;
    double[] ends = n < 2 ? new double[] {Double.NaN, Double.NaN} : interval(gains, rises);
    return new RaucOverSeeds(
        n, improvement, ends[0], ends[1], between(baselines, from, to, rise / n));
  }

  private static double[] interval(double[] gains, double... rises) {
    SplittableRandom random = new SplittableRandom(1);
    double[] ratios = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      double gain = 0;
      double rise = 0;
      for (int k = 0; k < gains.length; k++) {
        int drawn = random.nextInt(gains.length);
        gain += gains[drawn];
        rise += rises[drawn];
      }
      ratios[i] = rise > 0 ? gain / rise : Math.copySign(Double.POSITIVE_INFINITY, gain);
    }
    Arrays.sort(ratios);
    return new double[] {
      ratios[(int) Math.floor(0.025 * RESAMPLES)], ratios[(int) Math.ceil(0.975 * RESAMPLES) - 1]
    };
  }

  private static double between(List<AccuracyCurve> curves, double from, double to, double rise) {
    double squares = 0;
    int pairs = 0;
    for (int i = 0; i < curves.size(); i++) {
      for (int j = 0; j < i; j++) {
        double area = curves.get(i).integral(from, to) - curves.get(j).integral(from, to);
        squares += area * area;
        pairs++;
      }
    }
    return pairs > 0 && rise > 0 ? Math.sqrt(squares / pairs) / rise : Double.NaN;
  }

  /**
   * For example "0.226 (0.132 to 0.311)", with something added to each; "–" where there is none.
   */
  public String describe(double added) {
    if (Double.isNaN(improvement)) {
      return "–";
    }
    String mean = String.format(Locale.ROOT, "%.3f", added + improvement);
    return Double.isNaN(low)
        ? mean
        : "%s (%s to %s)".formatted(mean, end(added + low), end(added + high));
  }

  private static String end(double value) {
    return Double.isInfinite(value)
        ? (value > 0 ? "∞" : "−∞")
        : String.format(Locale.ROOT, "%.3f", value);
  }
}
