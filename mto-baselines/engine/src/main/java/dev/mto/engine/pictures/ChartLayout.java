package dev.mto.engine.pictures;

import dev.mto.engine.pictures.ChartLabel.Anchor;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * Where everything of a chart is, in pixels from its top left. The label of the vertical axis
 * stands above it, the names of horizontal scales before or below their numbers, so that no text
 * lies on another; the legend is below.
 */
final class ChartLayout {
  private static final double EDGE = 4;
  private static final double TITLE = 17;
  private static final double ROW = 18;
  private static final double GAP = 8;

  /** Between the plot's sides and the first and last point, for marks and moved bars. */
  private static final double INSET = 10;

  private static final double BETWEEN_Y_TICKS = 36;
  private static final double CHIP = 26;

  /** A first x below this share of the last is shown from 0. */
  private static final double FROM_ZERO = 0.02;

  private static final int MOST_X_TICKS = 10;

  /** How far a curve with bars stands beside its neighbour. */
  private static final double DODGE = 5;

  private final LineChart chart;
  private final double width;
  private final Axis x;
  private final Axis y;
  private final Rectangle2D plot;
  private final List<ChartLabel> labels = new ArrayList<>();
  private final List<Double> rules = new ArrayList<>();
  private final List<Chip> chips = new ArrayList<>();
  private final double height;

  /** An entry of the legend: a piece of its curve, from {@code x} on, at the height {@code y}. */
  record Chip(int curve, double x, double y, double width) {}

  /**
   * Lays a chart out.
   *
   * @param plotHeight of the part with curves
   * @param titled whether the title is on the chart
   */
  ChartLayout(LineChart chart, double width, double plotHeight, boolean titled) {
    this.chart = chart;
    this.width = width;
    double[] range = range();
    this.x = new Axis(range[0], range[1], false);
    this.y = Axis.around(range[2], range[3], chart.logarithmic());
    double top = EDGE;
    if (titled) {
      String title = ChartLabel.shortened(chart.title(), (width - 2 * EDGE) / 1.5);
      labels.add(new ChartLabel(title, EDGE, top + TITLE, Anchor.START, TITLE, true));
      top += TITLE + GAP;
    }
    labels.add(ChartLabel.of(chart.yLabel(), EDGE, top + ROW - GAP / 2, Anchor.START));
    top += ROW + GAP;
    List<Double> yTicks = y.ticks((int) Math.max(2, plotHeight / BETWEEN_Y_TICKS), false);
    double left = leftMargin(yTicks);
    double right = Math.max(EDGE, rightMargin());
    plot = new Rectangle2D.Double(left, top, width - left - right, plotHeight);
    for (int tick = 0; tick < yTicks.size(); tick++) {
      double at = py(yTicks.get(tick));
      rules.add(at);
      labels.add(ChartLabel.of(Numbers.ticks(yTicks).get(tick), left - GAP, at + 4.5, Anchor.END));
    }
    height = legend(xScales(top + plotHeight + ROW)) + EDGE;
  }

  private double leftMargin(List<Double> yTicks) {
    double widest = widest(yTicks);
    if (chart.second().isPresent()) {
      double names = Math.max(width(chart.xLabel()), width(chart.second().get().label()));
      widest = Math.max(widest, names);
    }
    return EDGE + widest + GAP;
  }

  /** Half of a number under the last point may reach beyond the plot. */
  private double rightMargin() {
    return widest(x.ticks(MOST_X_TICKS, chart.wholeX())) / 2 + EDGE - INSET;
  }

  private static double widest(List<Double> ticks) {
    return Numbers.ticks(ticks).stream().mapToDouble(ChartLayout::width).max().orElse(0);
  }

  private static double width(String text) {
    return ChartLabel.width(text, ChartLabel.TEXT);
  }

  /** Smallest and largest x and y of what is shown; a chart without points has some too. */
  private double[] range() {
    double[] range = {
      Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
      Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };
    for (Series curve : chart.series()) {
      for (int point = 0; point < curve.points(); point++) {
        double value = curve.y(point);
        if (chart.shows(value)) {
          widen(range, 0, curve.x(point));
          widen(range, 2, value);
          widen(range, 2, value + curve.spread(point));
          if (chart.shows(value - curve.spread(point))) {
            widen(range, 2, value - curve.spread(point));
          }
        }
      }
    }
    if (range[0] > range[1]) {
      return new double[] {0, 1, 1, 2};
    }
    if (range[0] > 0 && range[0] < FROM_ZERO * range[1]) {
      range[0] = 0; // the first step is 1
    }
    if (range[0] == range[1]) { // a single point stands in the middle
      range[0]--;
      range[1]++;
    }
    return range;
  }

  private static void widen(double[] range, int at, double value) {
    range[at] = Math.min(range[at], value);
    range[at + 1] = Math.max(range[at + 1], value);
  }

  /** Numbers below the plot, of one scale or of two; returns where the next row begins. */
  private double xScales(double baseline) {
    if (chart.second().isEmpty()) {
      xTicks(baseline, 1, chart.wholeX());
      double middle = plot.getCenterX();
      String name = ChartLabel.shortened(chart.xLabel(), width - 2 * EDGE);
      double half = width(name) / 2;
      double at = Math.min(Math.max(middle, half + EDGE), width - half - EDGE);
      labels.add(ChartLabel.of(name, at, baseline + ROW, Anchor.MIDDLE));
      return baseline + ROW + GAP;
    }
    LineChart.Scale second = chart.second().get();
    scale(second.label(), baseline, second.perUnit());
    scale(chart.xLabel(), baseline + ROW, 1);
    return baseline + ROW + GAP;
  }

  private void scale(String name, double baseline, double perUnit) {
    labels.add(ChartLabel.of(name, plot.getX() - GAP, baseline, Anchor.END));
    xTicks(baseline, perUnit, true);
  }

  /** As many numbers as stand clear of each other and of the name before them. */
  private void xTicks(double baseline, double perUnit, boolean whole) {
    Axis scaled = new Axis(x.min() * perUnit, x.max() * perUnit, false);
    for (int most = MOST_X_TICKS; most > 0; most--) {
      List<ChartLabel> row = new ArrayList<>();
      List<Double> ticks = scaled.ticks(most, whole);
      List<String> numbers = Numbers.ticks(ticks);
      for (int tick = 0; tick < ticks.size(); tick++) {
        double at = px(ticks.get(tick) / perUnit);
        row.add(ChartLabel.of(numbers.get(tick), at, baseline, Anchor.MIDDLE));
      }
      row.removeIf(label -> label.box().getX() < plot.getX());
      if (clear(row) || most == 1) {
        labels.addAll(row);
        return;
      }
    }
  }

  private static boolean clear(List<ChartLabel> row) {
    for (int i = 1; i < row.size(); i++) {
      if (row.get(i).box().getX() < row.get(i - 1).box().getMaxX() + GAP) {
        return false;
      }
    }
    return true;
  }

  /** Chips and names in rows; none for a curve that the title names. Returns the lower end. */
  private double legend(double top) {
    List<Series> curves = chart.series();
    if (curves.isEmpty()
        || (curves.size() == 1 && curves.get(0).name().equalsIgnoreCase(chart.title()))) {
      return top;
    }
    double at = EDGE;
    double baseline = top + ROW;
    for (int curve = 0; curve < curves.size(); curve++) {
      if (!chart.hasPoint(curves.get(curve))) {
        continue;
      }
      double room = width - 2 * EDGE - CHIP - GAP;
      String name = ChartLabel.shortened(curves.get(curve).name(), room);
      double wide = CHIP + GAP / 2 + width(name);
      if (at + wide > width - EDGE && at > EDGE) {
        at = EDGE;
        baseline += ROW + 2;
      }
      chips.add(new Chip(curve, at, baseline - 4.5, CHIP));
      labels.add(ChartLabel.of(name, at + CHIP + GAP / 2, baseline, Anchor.START));
      at += wide + 2 * GAP;
    }
    return baseline + GAP;
  }

  /** The horizontal place of a value of the axis. */
  double px(double value) {
    return plot.getX() + INSET + x.position(value) * (plot.getWidth() - 2 * INSET);
  }

  /** The horizontal place of a curve's point: curves with bars stand beside each other. */
  double px(int curve, double value) {
    List<Series> all = chart.series();
    if (!all.get(curve).hasSpread()) {
      return px(value);
    }
    long barred = all.stream().filter(Series::hasSpread).count();
    long before = all.subList(0, curve).stream().filter(Series::hasSpread).count();
    double step = Math.min(DODGE, 2 * INSET / barred);
    return px(value) + step * (before - (barred - 1) / 2.0);
  }

  /** The vertical place of a value. */
  double py(double value) {
    return plot.getMaxY() - y.position(value) * plot.getHeight();
  }

  LineChart chart() {
    return chart;
  }

  Rectangle2D plot() {
    return plot;
  }

  List<ChartLabel> labels() {
    return labels;
  }

  /** Heights of the horizontal rules. */
  List<Double> rules() {
    return rules;
  }

  List<Chip> chips() {
    return chips;
  }

  double width() {
    return width;
  }

  double height() {
    return height;
  }
}
