package dev.mto.engine.report;

import dev.mto.engine.pictures.Series;

/** The smallest and largest coordinates of the points that a chart can show. */
final class Extent {
  private final boolean logarithmic;
  private double left = Double.POSITIVE_INFINITY;
  private double right = Double.NEGATIVE_INFINITY;
  private double bottom = Double.POSITIVE_INFINITY;
  private double top = Double.NEGATIVE_INFINITY;

  Extent(boolean logarithmic) {
    this.logarithmic = logarithmic;
  }

  void add(Series series) {
    double[] x = series.x();
    double[] y = series.y();
    for (int i = 0; i < x.length; i++) {
      if (shown(y[i], logarithmic)) {
        left = Math.min(left, x[i]);
        right = Math.max(right, x[i]);
        bottom = Math.min(bottom, y[i]);
        top = Math.max(top, y[i]);
      }
    }
  }

  static boolean shown(double value, boolean logarithmic) {
    return Double.isFinite(value) && (!logarithmic || value > 0);
  }

  boolean isEmpty() {
    return left > right;
  }

  /** Ends at the outermost points; a single point stands in the middle. */
  Axis x() {
    return right > left ? new Axis(left, right, false) : new Axis(left - 1, right + 1, false);
  }

  Axis y() {
    return Axis.around(bottom, top, logarithmic);
  }
}
