package dev.mto.evaluation.curve;

import java.util.Locale;

/**
 * The relative area under the curve (eq. 8 of the paper), and by how much pre-training becomes
 * shorter.
 *
 * @param improvement eq. 8 as printed: ∫(S2 - S1) / ∫(S1 - S1(E1)) from E1 to E2
 * @param ratio 1 + improvement, which Table 2 of the paper prints: 1.47 for "47 %"
 * @param epochsToBaseline first epoch at which the target has the baseline's last accuracy, or NaN
 * @param reduction share of the baseline's epochs that this saves, or NaN
 */
public record Rauc(double improvement, double ratio, double epochsToBaseline, double reduction) {
  /**
   * Compares two curves.
   *
   * @param from E1
   * @param to E2
   * @throws IllegalArgumentException when E1 is not below E2, a curve does not cover both, or the
   *     baseline does not rise, so that there is nothing to compare with
   */
  public static Rauc of(AccuracyCurve baseline, AccuracyCurve target, double from, double to) {
    requireRange(baseline, target, from, to);
    double rise = baseline.integral(from, to) - (to - from) * baseline.at(from);
    if (!(rise > 0)) {
      throw new IllegalArgumentException(
          ("the baseline does not rise above its accuracy at epoch %s until epoch %s (area %s):"
                  + " eq. 8 divides by that rise; choose another range, or a schedule over which the"
                  + " baseline still learns")
              .formatted(shown(from), shown(to), shown(rise)));
    }
    double improvement = (target.integral(from, to) - baseline.integral(from, to)) / rise;
    double reached = target.reaches(baseline.at(baseline.last())).orElse(Double.NaN);
    return new Rauc(improvement, 1 + improvement, reached, 1 - reached / baseline.last());
  }

  static void requireRange(AccuracyCurve baseline, AccuracyCurve target, double from, double to) {
    if (!(from < to)) {
      throw new IllegalArgumentException(
          "--from %s must be below --to %s".formatted(shown(from), shown(to)));
    }
    requireCovered("baseline", baseline, from, to);
    requireCovered("target", target, from, to);
  }

  private static void requireCovered(String which, AccuracyCurve curve, double from, double to) {
    if (!curve.covers(from) || !curve.covers(to)) {
      throw new IllegalArgumentException(
          "--from %s --to %s: the %s's curve covers epochs %s to %s only"
              .formatted(shown(from), shown(to), which, shown(curve.first()), shown(curve.last())));
    }
  }

  private static String shown(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.4g", value);
  }
}
