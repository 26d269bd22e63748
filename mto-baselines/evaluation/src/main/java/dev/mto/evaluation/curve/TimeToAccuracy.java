package dev.mto.evaluation.curve;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * When runs reach an accuracy. Runs that do not reach it are not left out: they are known to take
 * longer than they were measured.
 *
 * @param runs how many were measured
 * @param reached how many of them reach it
 * @param mean epoch at which these do; NaN where none does
 * @param median epoch by which half of all runs have reached it (Kaplan and Meier's; the runs end
 *     after the same epoch); ∞ where fewer than half do
 */
public record TimeToAccuracy(int runs, int reached, double mean, double median) {
  /**
   * When targets reach the last accuracy of their baselines.
   *
   * @param baselines of each seed
   * @param targets of each seed, in the same order
   */
  public static TimeToAccuracy of(List<AccuracyCurve> baselines, List<AccuracyCurve> targets) {
    double[] epochs =
        IntStream.range(0, targets.size())
            .mapToObj(i -> targets.get(i).reaches(baselines.get(i).at(baselines.get(i).last())))
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .sorted()
            .toArray();
    int half = (targets.size() + 1) / 2;
    return new TimeToAccuracy(
        targets.size(),
        epochs.length,
        DoubleStream.of(epochs).average().orElse(Double.NaN),
        epochs.length >= half && half > 0 ? epochs[half - 1] : Double.POSITIVE_INFINITY);
  }

  /** The mean epoch of those that reach it, "–" where none does. */
  public String meanOfReached() {
    return reached == 0 ? "–" : String.format(Locale.ROOT, "%.1f", mean);
  }

  /** The median epoch, "not reached" where fewer than half of the runs reach it. */
  public String medianOfAll() {
    return Double.isInfinite(median) ? "not reached" : String.format(Locale.ROOT, "%.1f", median);
  }
}
