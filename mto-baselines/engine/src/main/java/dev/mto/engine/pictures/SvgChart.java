package dev.mto.engine.pictures;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart as inline SVG in an HTML figure. A line has a colour for white and one for dark pages;
 * the page's style chooses. Resting on a place shows the values there, without any script.
 */
final class SvgChart implements ChartPen {
  static final double NARROW = 340;
  private static final double HALF = 530;
  private static final double FULL = 1080;
  static final double PLOT_HEIGHT = 190;
  private static final double WIDE_PLOT_HEIGHT = 250;

  /** Curves that the text beside a chart names. */
  private static final int TOLD = 8;

  private final StringBuilder svg = new StringBuilder();

  private SvgChart() {}

  static String figure(LineChart chart, LineChart.Width width) {
    StringBuilder html = new StringBuilder("<figure class=\"chart\"><figcaption>");
    html.append(Markup.escape(chart.title())).append("</figcaption>\n");
    ChartLayout narrow = new ChartLayout(chart, NARROW, PLOT_HEIGHT, false);
    if (width == LineChart.Width.THIRD) {
      return html.append(svg(chart, narrow, "")).append("</figure>\n").toString();
    }
    double wide = width == LineChart.Width.FULL ? FULL : HALF;
    html.append(svg(chart, narrow, "if-narrow"));
    html.append(svg(chart, new ChartLayout(chart, wide, WIDE_PLOT_HEIGHT, false), "if-wide"));
    return html.append("</figure>\n").toString();
  }

  private static String svg(LineChart chart, ChartLayout layout, String cssClass) {
    SvgChart pen = new SvgChart();
    new ChartDrawing(layout, pen).draw();
    return format(
            "<svg%s viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n",
            cssClass.isEmpty() ? "" : " class=\"" + cssClass + "\"",
            layout.width(),
            layout.height(),
            Markup.escape(description(chart)))
        + pen.svg
        + new SvgReadouts(layout).svg()
        + "</svg>\n";
  }

  /** What a chart shows, in words: where each curve begins and ends. */
  static String description(LineChart chart) {
    List<String> told = new ArrayList<>();
    for (Series curve : chart.series()) {
      List<Integer> shown = shown(chart, curve);
      if (!shown.isEmpty()) {
        String first = Numbers.of(curve.y(shown.get(0)));
        String last = Numbers.of(curve.y(shown.get(shown.size() - 1)));
        told.add(
            curve.name() + (shown.size() == 1 ? " " + last : " from " + first + " to " + last));
      }
    }
    String rest = told.size() > TOLD ? "; and %d more curves".formatted(told.size() - TOLD) : "";
    return "%s: %s by %s. %s%s."
        .formatted(
            chart.title(),
            chart.yLabel(),
            chart.xLabel(),
            String.join("; ", told.subList(0, Math.min(TOLD, told.size()))),
            rest);
  }

  private static List<Integer> shown(LineChart chart, Series curve) {
    List<Integer> shown = new ArrayList<>();
    for (int point = 0; point < curve.points(); point++) {
      if (chart.shows(curve.y(point))) {
        shown.add(point);
      }
    }
    return shown;
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** The style that gives an element its colours. */
  static String style(Ink ink) {
    return format("style=\"--a:#%06x;--b:#%06x\"", ink.light(), ink.dark());
  }

  @Override
  public void text(ChartLabel label) {
    svg.append(text(label, ""));
  }

  static String text(ChartLabel label, String cssClass) {
    String anchor =
        switch (label.anchor()) {
          case START -> "";
          case MIDDLE -> " text-anchor=\"middle\"";
          case END -> " text-anchor=\"end\"";
        };
    return format(
        "<text%s x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n",
        cssClass.isEmpty() ? "" : " class=\"" + cssClass + "\"",
        label.x(),
        label.y(),
        anchor,
        Markup.escape(label.text()));
  }

  @Override
  public void rule(double left, double right, double y) {
    svg.append(format("<path class=\"rule\" d=\"M%.1f %.1fH%.1f\"/>\n", left, y, right));
  }

  @Override
  public void line(List<double[]> points, Ink ink, Dash dash) {
    StringBuilder path = new StringBuilder();
    for (double[] point : points) {
      path.append(path.isEmpty() ? 'M' : 'L');
      tenths(path, point[0]);
      path.append(' ');
      tenths(path, point[1]);
    }
    String dashes =
        switch (dash) {
          case SOLID -> "";
          case LONG -> " stroke-dasharray=\"7 5\"";
          case SHORT -> " stroke-dasharray=\"2 3.5\"";
        };
    svg.append(format("<path class=\"line\" d=\"%s\" %s%s/>\n", path, style(ink), dashes));
  }

  /** Appends a number with one decimal; there are many in a page. */
  private static void tenths(StringBuilder text, double value) {
    long tenths = Math.round(Math.abs(value) * 10);
    if (value < 0 && tenths > 0) {
      text.append('-');
    }
    text.append(tenths / 10).append('.').append(tenths % 10);
  }

  @Override
  public void mark(double x, double y, Mark mark, Ink ink) {
    String shape =
        switch (mark) {
          case CIRCLE -> format("M%.1f %.1fa3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0z", x - 3.6, y);
          case SQUARE -> format("M%.1f %.1fh6.4v6.4h-6.4z", x - 3.2, y - 3.2);
          case TRIANGLE -> format("M%.1f %.1fl4.2 7.6h-8.4z", x, y - 4.4);
          case DIAMOND -> format("M%.1f %.1fl4.6 4.6l-4.6 4.6l-4.6-4.6z", x, y - 4.6);
        };
    svg.append(format("<path class=\"mark\" d=\"%s\" %s/>\n", shape, style(ink)));
  }

  @Override
  public void bar(double x, double top, double bottom, Ink ink) {
    svg.append(
        format(
            "<path class=\"line bar\" d=\"M%1$.1f %3$.1fH%2$.1fM%4$.1f %3$.1fV%5$.1fM%1$.1f %5$.1fH%2$.1f\" %6$s/>\n",
            x - 2.5, x + 2.5, top, x, bottom, style(ink)));
  }
}
