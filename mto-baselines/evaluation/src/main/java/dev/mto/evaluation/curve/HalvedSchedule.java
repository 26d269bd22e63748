package dev.mto.evaluation.curve;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.correlation.Covariance;

/**
 * Whether a complete schedule of half the length with MTO is as good as a whole one without, by
 * pairs of the same seed. G is what the second half of the schedule gives without MTO, D how far
 * half a schedule with MTO is above a whole one without:
 *
 * <pre>G = whole − half,   D = halfWithMto − whole,   share of the gap closed = 1 + D / G</pre>
 *
 * <p>Each question is about the mean over seeds of one number a seed, and is answered by Student's
 * t: with three to eight seeds a bootstrap of them gives intervals that are too short. Bounds of
 * the share are those numbers r for which t does not tell D + (1 − r) G from 0 (Fieller's theorem).
 *
 * @param n pairs
 * @param gain G, with its two-sided 95 % interval
 * @param difference D, with its two-sided 95 % interval
 * @param closed share of the gap closed, with one-sided 95 % bounds at both ends; NaN where G is
 *     not above 0 in the mean, infinite bounds where it is not above 0 at that level
 * @param notWorse one-sided p of D ≤ −G/4: small where the paper's claim is reproduced
 * @param worse one-sided p of a share closed of a half or more: small where it is refuted
 */
public record HalvedSchedule(
    int n, Interval gain, Interval difference, Interval closed, double notWorse, double worse) {
  /** Level of all tests. */
  public static final double LEVEL = 0.05;

  /** Of D below 0, as a share of G, that still counts as the same accuracy. */
  private static final double TOLERATED = 0.25;

  /** The share of the gap that half a schedule with MTO must close not to be refuted. */
  private static final double LEAST = 0.5;

  /** A mean and what is around it. */
  public record Interval(double mean, double low, double high) {}

  /** What is said of a method. */
  public enum Verdict {
    /** The second half of the schedule gives nothing that could be saved. */
    NOT_TESTABLE,
    /** Half a schedule with MTO is as good as a whole one without, up to a quarter of the gap. */
    REPRODUCED,
    /** Half a schedule with MTO closes less than half of the gap. */
    REFUTED,
    /** Neither is shown. */
    UNDECIDED
  }

  /**
   * Of one accuracy a seed, seeds in the same order.
   *
   * @param whole after a whole schedule without MTO
   * @param half after a complete schedule of half the length without MTO
   * @param halfWithMto the same with MTO
   * @throws IllegalArgumentException for fewer than two seeds
   */
  public static HalvedSchedule of(double[] whole, double[] half, double[] halfWithMto) {
    int n = whole.length;
    if (n < 2 || half.length != n || halfWithMto.length != n) {
      throw new IllegalArgumentException(
          "seeds: %d, %d and %d, where the same two or more are needed"
              .formatted(n, half.length, halfWithMto.length));
    }
    double[] gain = new double[n];
    double[] difference = new double[n];
    for (int i = 0; i < n; i++) {
      gain[i] = whole[i] - half[i];
      difference[i] = halfWithMto[i] - whole[i];
    }
    return new HalvedSchedule(
        n,
        interval(gain),
        interval(difference),
        closed(gain, difference),
        above(plus(difference, TOLERATED, gain)),
        1 - above(plus(difference, LEAST, gain)));
  }

  /** Whether the 95 % interval of G is above 0. */
  public boolean testable() {
    return gain.low() > 0;
  }

  /** The verdicts of several methods, with Holm's correction over those that can be tested. */
  public static List<Verdict> verdicts(List<HalvedSchedule> methods) {
    List<HalvedSchedule> testable = methods.stream().filter(HalvedSchedule::testable).toList();
    List<Boolean> reproduced = holm(testable.stream().map(HalvedSchedule::notWorse).toList());
    List<Boolean> refuted = holm(testable.stream().map(HalvedSchedule::worse).toList());
    int[] next = new int[1];
    return methods.stream()
        .map(
            method -> {
              if (!method.testable()) {
                return Verdict.NOT_TESTABLE;
              }
              int i = next[0]++;
              if (reproduced.get(i)) {
                return Verdict.REPRODUCED;
              }
              return refuted.get(i) ? Verdict.REFUTED : Verdict.UNDECIDED;
            })
        .toList();
  }

  /** Which hypotheses Holm's procedure rejects. */
  static List<Boolean> holm(List<Double> p) {
    List<Integer> ascending =
        IntStream.range(0, p.size())
            .boxed()
            .sorted((i, j) -> Double.compare(p.get(i), p.get(j)))
            .toList();
    Boolean[] rejected = new Boolean[p.size()];
    Arrays.fill(rejected, false);
    for (int k = 0; k < ascending.size(); k++) {
      if (p.get(ascending.get(k)) >= LEVEL / (ascending.size() - k)) {
        break;
      }
      rejected[ascending.get(k)] = true;
    }
    return List.of(rejected);
  }

  private static double[] plus(double[] a, double factor, double... b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] + factor * b[i]).toArray();
  }

  /** One-sided p of a mean of 0 or less. */
  private static double above(double... values) {
    double mean = StatUtils.mean(values);
    double error = Math.sqrt(covariance(values, values) / values.length);
    if (error == 0) {
      return mean > 0 ? 0 : 1;
    }
    return 1 - student(values.length).cumulativeProbability(mean / error);
  }

  private static Interval interval(double... values) {
    double mean = StatUtils.mean(values);
    double reach =
        student(values.length).inverseCumulativeProbability(1 - LEVEL / 2)
            * Math.sqrt(covariance(values, values) / values.length);
    return new Interval(mean, mean - reach, mean + reach);
  }

  private static Interval closed(double[] gain, double... difference) {
    double g = StatUtils.mean(gain);
    double d = StatUtils.mean(difference);
    if (!(g > 0)) {
      return new Interval(Double.NaN, Double.NaN, Double.NaN);
    }
    double t = student(gain.length).inverseCumulativeProbability(1 - LEVEL);
    double per = t * t / gain.length;
    double a = g * g - per * covariance(gain, gain);
    double b = d * g - per * covariance(gain, difference);
    double c = d * d - per * covariance(difference, difference);
    if (a <= 0) {
      return new Interval(1 + d / g, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
    double root = Math.sqrt(Math.max(0, b * b - a * c));
    return new Interval(1 + d / g, 1 + (b - root) / a, 1 + (b + root) / a);
  }

  private static TDistribution student(int n) {
    return new TDistribution(null, n - 1);
  }

  private static double covariance(double[] a, double... b) {
    return new Covariance().covariance(a, b);
  }
}
