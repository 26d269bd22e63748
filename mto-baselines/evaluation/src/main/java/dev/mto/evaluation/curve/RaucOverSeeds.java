package dev.mto.evaluation.curve;

import java.util.Arrays;
import java.util.List;

/**
 * Eq. 8 over seeds: the mean area between the curves over the mean area by which the baseline
 * rises. So seeds whose baseline does not rise count too, where a mean of ratios had to leave them
 * out.
 *
 * @param n pairs of curves
 * @param improvement ∑∫(S2 - S1) / ∑∫(S1 - S1(E1)), with its two-sided 95 % interval; NaN where the
 *     baseline does not rise in the mean
 * @param between the same of one baseline's seed against another's, root mean square over all pairs
 *     of seeds: how large eq. 8 of a single pair is where there is nothing to find; NaN of fewer
 *     than two
 */
public record RaucOverSeeds(int n, Interval improvement, double between) {

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
    return new RaucOverSeeds(
        n,
        Interval.ofRatio(HalvedSchedule.LEVEL / 2, gains, rises),
        between(baselines, from, to, Arrays.stream(rises).average().orElse(Double.NaN)));
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
}
