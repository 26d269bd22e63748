package dev.mto.evaluation.curve;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether a complete schedule of half the length with MTO is as good as a whole one without, by
 * pairs of the same seed. G is what the second half of the schedule gives without MTO, D how far
 * half a schedule with MTO is above a whole one without:
 *
 * <pre>G = whole − half,   D = halfWithMto − whole,   share of the gap closed = 1 + D / G</pre>
 *
 * <p>Each question is about the mean over seeds of one number a seed, and is answered by Student's
 * t.
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
        Interval.ofMean(LEVEL / 2, gain),
        Interval.ofMean(LEVEL / 2, difference),
        Interval.ofRatio(LEVEL, plus(gain, 1, difference), gain),
        Interval.above(plus(difference, TOLERATED, gain)),
        Interval.above(times(-1, plus(difference, LEAST, gain))));
  }

  /** Whether the 95 % interval of G is above 0. */
  public boolean testable() {
    return gain.low() > 0;
  }

  /**
   * The verdicts of several methods, with Holm's correction over those that can be tested.
   *
   * @param pending methods of the same family whose seeds are not all there: they are corrected for
   *     as if they could be tested and showed nothing
   */
  public static List<Verdict> verdicts(List<HalvedSchedule> methods, int pending) {
    List<HalvedSchedule> testable = methods.stream().filter(HalvedSchedule::testable).toList();
    List<Double> unknown = Collections.nCopies(pending, 1.0);
    List<Boolean> reproduced =
        holm(
            Stream.concat(testable.stream().map(HalvedSchedule::notWorse), unknown.stream())
                .toList());
    List<Boolean> refuted =
        holm(
            Stream.concat(testable.stream().map(HalvedSchedule::worse), unknown.stream()).toList());
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

  private static double[] times(double factor, double... values) {
    return Arrays.stream(values).map(value -> factor * value).toArray();
  }
}
