package dev.mto.engine.pictures;

import java.util.Optional;

/** A named curve: points in order of x. A value that is not finite leaves a gap. */
public final class Series {
  /** How a curve is drawn. */
  public enum Style {
    /** A solid line. */
    LINE,
    /** A solid line with a mark at each point: few points, such as one a layer. */
    DOTS,
    /** A dashed grey line: a bound or a reference. */
    DASHED
  }

  private static final double[] NONE = {};

  private final String name;
  private final double[] x;
  private final double[] y;
  private final double[] spread;
  private final Style style;
  private final Optional<Ink> ink;

  private Series(
      String name, double[] x, double[] y, double[] spread, Style style, Optional<Ink> ink) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "series '%s' has %d x values and %d y values: give one y for each x"
              .formatted(name, x.length, y.length));
    }
    this.name = name;
    this.x = x.clone();
    this.y = y.clone();
    this.spread = spread.clone();
    this.style = style;
    this.ink = ink;
  }

  /** A solid line through the points. */
  public static Series line(String name, double[] x, double[] y) {
    return new Series(name, x, y, NONE, Style.LINE, Optional.empty());
  }

  /** A line with a mark at each point. */
  public static Series dots(String name, double[] x, double[] y) {
    return new Series(name, x, y, NONE, Style.DOTS, Optional.empty());
  }

  /** A dashed line through the points. */
  public static Series dashed(String name, double[] x, double[] y) {
    return new Series(name, x, y, NONE, Style.DASHED, Optional.empty());
  }

  /** What the legend says. */
  public String name() {
    return name;
  }

  /** A copy of the horizontal values. */
  public double[] x() {
    return x.clone();
  }

  /** A copy of the vertical values. */
  public double[] y() {
    return y.clone();
  }

  /**
   * The same curve with a bar that reaches this far above and below each point, where it is finite.
   */
  public Series withSpread(double... halves) {
    if (halves.length != y.length) {
      throw new IllegalArgumentException(
          "series '%s' has %d y values and %d spreads: give one for each"
              .formatted(name, y.length, halves.length));
    }
    return new Series(name, x, y, halves, style, ink);
  }

  /** The same curve in a colour of its own. */
  public Series withInk(Ink colour) {
    return new Series(name, x, y, spread, style, Optional.of(colour));
  }

  /** A copy of the heights of the bars above and below each point; empty without bars. */
  public double[] spread() {
    return spread.clone();
  }

  /** How it is drawn. */
  public Style style() {
    return style;
  }

  /** The colour it has been given. */
  Optional<Ink> ink() {
    return ink;
  }

  /** How many points it has. */
  int points() {
    return y.length;
  }

  double x(int point) {
    return x[point];
  }

  double y(int point) {
    return y[point];
  }

  /** Half the length of a point's bar; 0 for none. */
  double spread(int point) {
    return spread.length > 0 && Double.isFinite(spread[point]) ? spread[point] : 0;
  }

  boolean hasSpread() {
    return spread.length > 0;
  }
}
