package dev.mto.engine.pictures;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The values of a chart's curves at places along its horizontal axis: each place is a strip of the
 * plot, and the style of the page shows its box while the pointer is on it, or after a tap.
 */
final class SvgReadouts {
  private static final int MOST_PLACES = 48;
  private static final int MOST_CURVES = 9;
  private static final double ROW = 16;
  private static final double PAD = 8;

  /** Bold text is so much wider. */
  private static final double BOLD = 1.12;

  private final ChartLayout layout;
  private final LineChart chart;

  SvgReadouts(ChartLayout layout) {
    this.layout = layout;
    this.chart = layout.chart();
  }

  String svg() {
    List<Double> places = places();
    StringBuilder svg = new StringBuilder("<g class=\"readouts\">\n");
    for (int i = 0; i < places.size(); i++) {
      double from = i == 0 ? Double.NEGATIVE_INFINITY : between(places, i - 1);
      double to = i == places.size() - 1 ? Double.POSITIVE_INFINITY : between(places, i);
      svg.append(strip(places.get(i), from, to));
    }
    return svg.append("</g>\n").toString();
  }

  private static double between(List<Double> places, int first) {
    return (places.get(first) + places.get(first + 1)) / 2;
  }

  /** All x of points where they are few, else places at equal distances. */
  private List<Double> places() {
    TreeSet<Double> all = new TreeSet<>();
    for (Series curve : chart.series()) {
      for (int point = 0; point < curve.points(); point++) {
        if (chart.shows(curve.y(point))) {
          all.add(curve.x(point));
        }
      }
    }
    if (all.size() <= MOST_PLACES) {
      return List.copyOf(all);
    }
    List<Double> places = new ArrayList<>();
    for (int i = 0; i < MOST_PLACES; i++) {
      places.add(all.first() + (all.last() - all.first()) * i / (MOST_PLACES - 1));
    }
    return places;
  }

  private String strip(double place, double from, double to) {
    List<Row> rows = rows(place, from, to);
    double left = Math.max(layout.plot().getX(), layout.px(from));
    double right = Math.min(layout.plot().getMaxX(), layout.px(to));
    return SvgChart.format(
            "<g class=\"at\"><path class=\"hit\" d=\"M%.1f %.1fH%.1fV%.1fH%1$.1fz\"/><g class=\"box\">\n",
            left, layout.plot().getY(), right, layout.plot().getMaxY())
        + box(place, rows)
        + "</g></g>\n";
  }

  /** One curve's value at a place. */
  private record Row(Ink ink, String name, String value) {
    double width() {
      return ChartLabel.width(name + "  ", ChartLabel.TEXT)
          + BOLD * ChartLabel.width(value, ChartLabel.TEXT)
          + 14;
    }
  }

  private List<Row> rows(double place, double from, double to) {
    List<Row> rows = new ArrayList<>();
    int curves = chart.series().size();
    int shown = Math.min(curves, MOST_CURVES);
    for (int i = 0; i < shown; i++) {
      int index = shown == 1 ? 0 : i * (curves - 1) / (shown - 1);
      Series curve = chart.series().get(index);
      int point = nearest(curve, place, from, to);
      double value = point >= 0 ? curve.y(point) : between(curve, place);
      if (chart.shows(value)) {
        String name = ChartLabel.shortened(curve.name(), layout.plot().getWidth() / 2);
        double half = point >= 0 ? curve.spread(point) : 0;
        String spread = half > 0 ? " ± " + Numbers.brief(half) : "";
        rows.add(new Row(ChartDrawing.ink(chart, index), name, Numbers.of(value) + spread));
      }
    }
    return rows;
  }

  /** The point nearest to {@code place} of those between two limits; -1 where there is none. */
  private static int nearest(Series curve, double place, double from, double to) {
    int nearest = -1;
    for (int point = 0; point < curve.points(); point++) {
      double x = curve.x(point);
      boolean nearer = nearest < 0 || Math.abs(x - place) < Math.abs(curve.x(nearest) - place);
      if (x >= from && x <= to && nearer) {
        nearest = point;
      }
    }
    return nearest;
  }

  /** A line has values between its points; marks stand for themselves. */
  private static double between(Series curve, double place) {
    return curve.style() == Series.Style.DOTS ? Double.NaN : interpolated(curve, place);
  }

  private static double interpolated(Series curve, double place) {
    for (int point = 1; point < curve.points(); point++) {
      double before = curve.x(point - 1);
      double after = curve.x(point);
      if (before <= place && place <= after && after > before) {
        double share = (place - before) / (after - before);
        return curve.y(point - 1) + share * (curve.y(point) - curve.y(point - 1));
      }
    }
    return Double.NaN;
  }

  private String box(double place, List<Row> rows) {
    String title = title(place);
    double width =
        rows.stream()
                .mapToDouble(Row::width)
                .reduce(BOLD * ChartLabel.width(title, ChartLabel.TEXT), Math::max)
            + 2 * PAD;
    double height = ROW * (rows.size() + 1) + PAD;
    double at = layout.px(place);
    double left = at < layout.plot().getCenterX() ? at + PAD : at - PAD - width;
    left = Math.max(0, Math.min(left, layout.width() - width));
    double top = layout.plot().getY();
    StringBuilder svg = new StringBuilder();
    svg.append(
        SvgChart.format(
            "<path class=\"guide\" d=\"M%.1f %.1fV%.1f\"/><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"/>\n",
            at, top, layout.plot().getMaxY(), left, top, width, height));
    double baseline = top + ROW;
    svg.append(
        SvgChart.text(
            ChartLabel.of(title, left + PAD, baseline, ChartLabel.Anchor.START), "strong"));
    for (Row row : rows) {
      baseline += ROW;
      svg.append(
          SvgChart.format(
              "<circle class=\"mark\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\" %s/>",
              left + PAD + 4, baseline - 4.5, SvgChart.style(row.ink())));
      svg.append(
          SvgChart.text(
              ChartLabel.of(row.name(), left + PAD + 14, baseline, ChartLabel.Anchor.START), ""));
      svg.append(
          SvgChart.text(
              ChartLabel.of(row.value(), left + width - PAD, baseline, ChartLabel.Anchor.END),
              "strong"));
    }
    return svg.toString();
  }

  /** The place in words, such as "epoch 2.05, step 41". */
  private String title(double place) {
    String name = chart.xLabel().replaceFirst(" \\(.*", "");
    String first = name + " " + Numbers.count(Math.round(place));
    if (Math.abs(place - Math.round(place)) > 1e-6 && chart.second().isEmpty()) {
      first = name + " " + Numbers.brief(place);
    }
    String own = first;
    return chart
        .second()
        .map(s -> "%s %s, %s".formatted(s.label(), Numbers.brief(place * s.perUnit()), own))
        .orElse(own);
  }
}
