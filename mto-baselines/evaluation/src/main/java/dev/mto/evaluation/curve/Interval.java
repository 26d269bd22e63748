package dev.mto.evaluation.curve;

import java.util.Locale;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.correlation.Covariance;

/**
 * What is known of a mean, or of a ratio of means, from one value a seed, by Student's t: with
 * three to eight seeds a bootstrap of them gives intervals that are too short.
 *
 * @param mean the mean, or the ratio; NaN where the means' denominator is not above 0
 * @param low lower bound; -∞ where a denominator is not above 0 at that level; NaN of fewer than
 *     two seeds
 * @param high upper bound; ∞ where the lower one is -∞
 */
public record Interval(double mean, double low, double high) {

  /** The mean of some values, with bounds beyond which it is with a probability of {@code tail}. */
  static Interval ofMean(double tail, double... values) {
    double mean = StatUtils.mean(values);
    double reach = t(values.length, tail) * standardError(values);
    return new Interval(mean, mean - reach, mean + reach);
  }

  /**
   * The ratio of the means of a over b. Its bounds are those numbers r for which t does not tell
   * the mean of a − r b from 0 (Fieller's theorem).
   */
  static Interval ofRatio(double tail, double[] a, double... b) {
    double mean = StatUtils.mean(a);
    double over = StatUtils.mean(b);
    if (!(over > 0)) {
      return new Interval(Double.NaN, Double.NaN, Double.NaN);
    }
    if (a.length < 2) {
      return new Interval(mean / over, Double.NaN, Double.NaN);
    }
    double t = t(a.length, tail);
    double per = t * t / a.length;
    double squared = over * over - per * covariance(b, b);
    double linear = mean * over - per * covariance(a, b);
    double constant = mean * mean - per * covariance(a, a);
    if (squared <= 0) {
      return new Interval(mean / over, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
    double root = Math.sqrt(Math.max(0, linear * linear - squared * constant));
    return new Interval(mean / over, (linear - root) / squared, (linear + root) / squared);
  }

  /** One-sided p of a mean of 0 or less. */
  static double above(double... values) {
    double mean = StatUtils.mean(values);
    double error = standardError(values);
    if (error == 0) {
      return mean > 0 ? 0 : 1;
    }
    return 1 - new TDistribution(null, values.length - 1).cumulativeProbability(mean / error);
  }

  /** The same of values that are larger by so much. */
  public Interval plus(double added) {
    return new Interval(mean + added, low + added, high + added);
  }

  /** The same of values so many times as large; {@code factor} is above 0. */
  public Interval times(double factor) {
    return new Interval(mean * factor, low * factor, high * factor);
  }

  /**
   * For example "0.226 (0.132 to 0.311)" by "%.3f"; "–" where there is no mean, which stands alone
   * of a single seed.
   */
  public String describe(String format) {
    if (Double.isNaN(mean)) {
      return "–";
    }
    String text = String.format(Locale.ROOT, format, mean);
    if (Double.isNaN(low)) {
      return text;
    }
    return Double.isInfinite(low)
        ? text + " (no bounds)"
        : String.format(Locale.ROOT, "%s (" + format + " to " + format + ")", text, low, high);
  }

  private static double t(int n, double tail) {
    return new TDistribution(null, n - 1).inverseCumulativeProbability(1 - tail);
  }

  private static double standardError(double... values) {
    return Math.sqrt(covariance(values, values) / values.length);
  }

  private static double covariance(double[] a, double... b) {
    return new Covariance().covariance(a, b);
  }
}
