package dev.mto.evaluation.curve;

import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Accuracy against epochs of pre-training: straight lines between the points. Immutable. */
public final class AccuracyCurve {
  private final NavigableMap<Double, Double> points;

  /**
   * A curve.
   *
   * @param points accuracy by epoch
   * @throws IllegalArgumentException when there are fewer than two
   */
  public AccuracyCurve(Map<Double, Double> points) {
    if (points.size() < 2) {
      throw new IllegalArgumentException(
          "a curve of " + points.size() + " point(s) has no area; give at least two epochs");
    }
    this.points = new TreeMap<>(points);
  }

  /** The first epoch. */
  public double first() {
    return points.firstKey();
  }

  /** The last epoch. */
  public double last() {
    return points.lastKey();
  }

  /** Accuracy by epoch, in order. */
  public NavigableMap<Double, Double> points() {
    return new TreeMap<>(points);
  }

  /**
   * The accuracy at an epoch between the first and the last.
   *
   * @throws IllegalArgumentException when the epoch is outside
   */
  public double at(double epoch) {
    if (!covers(epoch)) {
      throw new IllegalArgumentException(
          "epoch " + epoch + " is outside the curve, " + first() + " to " + last());
    }
    Map.Entry<Double, Double> before = points.floorEntry(epoch);
    Map.Entry<Double, Double> after = points.ceilingEntry(epoch);
    if (before.getKey().equals(after.getKey())) {
      return before.getValue();
    }
    double share = (epoch - before.getKey()) / (after.getKey() - before.getKey());
    return before.getValue() + share * (after.getValue() - before.getValue());
  }

  /** Whether the epoch lies between the first and the last. */
  public boolean covers(double epoch) {
    return epoch >= first() && epoch <= last();
  }

  /** The area under the curve, accuracy times epochs, by the trapezoid rule. */
  public double integral(double from, double to) {
    double area = 0;
    double epoch = from;
    double accuracy = at(from);
    for (double next : points.subMap(from, false, to, false).keySet()) {
      area += (next - epoch) * (accuracy + points.get(next)) / 2;
      epoch = next;
      accuracy = points.get(next);
    }
    return area + (to - epoch) * (accuracy + at(to)) / 2;
  }

  /** The first epoch at which the curve is at {@code accuracy} or above; none where it never is. */
  public OptionalDouble reaches(double accuracy) {
    Map.Entry<Double, Double> before = null;
    for (Map.Entry<Double, Double> point : points.entrySet()) {
      if (point.getValue() >= accuracy) {
        if (before == null) {
          return OptionalDouble.of(point.getKey());
        }
        double share = (accuracy - before.getValue()) / (point.getValue() - before.getValue());
        return OptionalDouble.of(before.getKey() + share * (point.getKey() - before.getKey()));
      }
      before = point;
    }
    return OptionalDouble.empty();
  }
}
