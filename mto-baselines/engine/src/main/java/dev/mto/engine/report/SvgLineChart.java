package dev.mto.engine.report;

import dev.mto.engine.pictures.Series;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/**
 * A chart of curves as an HTML figure with inline SVG: title and legend as text, then the picture.
 * Colours of text and grid come from the page's style.
 */
record SvgLineChart(
    String title,
    String xLabel,
    String yLabel,
    int width,
    boolean logarithmic,
    List<Curve> curves) {
  private static final List<String> PALETTE =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9");
  private static final String REFERENCE = "#8c959f";

  /** More dots than this would hide the line. */
  private static final int FEW = 60;

  private static final int NARROW = 440;
  private static final int WIDE = 900;
  private static final int HEIGHT = 270;
  private static final int LEFT = 62;
  private static final int RIGHT = 24;
  private static final int TOP = 10;
  private static final int BOTTOM = 46;

  /** A series and its colour. */
  record Curve(Series series, String colour) {}

  static SvgLineChart of(String title, String xLabel, String yLabel) {
    return new SvgLineChart(title, xLabel, yLabel, NARROW, false, List.of());
  }

  /** The same chart over the width of the page. */
  SvgLineChart wide() {
    return new SvgLineChart(title, xLabel, yLabel, WIDE, logarithmic, curves);
  }

  /** The same chart with a logarithmic vertical axis; values at or below 0 are left out. */
  SvgLineChart withLogScale() {
    return new SvgLineChart(title, xLabel, yLabel, width, true, curves);
  }

  SvgLineChart with(Series series) {
    boolean reference = series.style() == Series.Style.DASHED;
    return with(series, reference ? REFERENCE : PALETTE.get(curves.size() % PALETTE.size()));
  }

  SvgLineChart with(Series series, String colour) {
    List<Curve> all = new ArrayList<>(curves);
    all.add(new Curve(series, colour));
    return new SvgLineChart(title, xLabel, yLabel, width, logarithmic, all);
  }

  /** The figure; nothing where no curve has a point. */
  String html() {
    DoubleSummaryStatistics xs = new DoubleSummaryStatistics();
    DoubleSummaryStatistics ys = new DoubleSummaryStatistics();
    for (Curve curve : curves) {
      double[] x = curve.series().x();
      double[] y = curve.series().y();
      for (int i = 0; i < y.length; i++) {
        if (shown(y[i])) {
          xs.accept(x[i]);
          ys.accept(y[i]);
        }
      }
    }
    if (xs.getCount() == 0) {
      return "";
    }
    double middle = xs.getMax() > xs.getMin() ? 0 : 1; // a single point stands in the middle
    Axis x = new Axis(xs.getMin() - middle, xs.getMax() + middle, false);
    Axis y = Axis.around(ys.getMin(), ys.getMax(), logarithmic);
    return "<figure class=\"chart%s\"><figcaption><b>%s</b>%s</figcaption>\n"
            .formatted(width == WIDE ? " wide" : "", Html.escape(title), legend())
        + "<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(width, HEIGHT, Html.escape(title))
        + grid(x, y)
        + curves.stream().map(curve -> svg(curve, px(x), py(y))).collect(Collectors.joining())
        + "</svg></figure>\n";
  }

  private String legend() {
    return curves.stream()
        .map(
            curve ->
                " <span class=\"key\"><i style=\"background:%s\"></i>%s</span>"
                    .formatted(curve.colour(), Html.escape(curve.series().name())))
        .collect(Collectors.joining());
  }

  private String grid(Axis x, Axis y) {
    StringBuilder svg = new StringBuilder();
    for (double tick : y.ticks()) {
      double at = py(y).applyAsDouble(tick);
      svg.append(
          format(
              "<line class=\"rule\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
              LEFT, width - RIGHT, at, at));
      svg.append(
          format(
              "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
              LEFT - 8, at + 4, Numbers.tick(tick)));
    }
    for (double tick : x.ticks()) {
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
              px(x).applyAsDouble(tick), HEIGHT - BOTTOM + 18, Numbers.tick(tick)));
    }
    svg.append(
        format(
            "<text class=\"label\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
            (LEFT + width - RIGHT) / 2, HEIGHT - 6, Html.escape(xLabel)));
    int middle = (TOP + HEIGHT - BOTTOM) / 2;
    svg.append(
        format(
            "<text class=\"label\" x=\"14\" y=\"%d\" text-anchor=\"middle\" "
                + "transform=\"rotate(-90 14 %d)\">%s</text>\n",
            middle, middle, Html.escape(yLabel)));
    return svg.toString();
  }

  /** A curve as a path, broken where a value cannot be shown, and its dots. */
  private String svg(Curve curve, DoubleUnaryOperator px, DoubleUnaryOperator py) {
    Series series = curve.series();
    double[] xs = series.x();
    double[] ys = series.y();
    boolean dotted = xs.length <= FEW && (series.style() == Series.Style.DOTS || xs.length == 1);
    StringBuilder path = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      if (shown(ys[i])) {
        double x = px.applyAsDouble(xs[i]);
        double y = py.applyAsDouble(ys[i]);
        path.append(format("%s%.1f %.1f", i > 0 && shown(ys[i - 1]) ? "L" : "M", x, y));
        if (dotted) {
          dots.append(
              format(
                  "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"><title>%s, %s: %s</title></circle>",
                  x,
                  y,
                  curve.colour(),
                  Html.escape(series.name()),
                  Numbers.tick(xs[i]),
                  Numbers.of(ys[i])));
        }
      }
    }
    return "<path d=\"%s\" stroke=\"%s\"%s><title>%s</title></path>%s\n"
        .formatted(
            path,
            curve.colour(),
            series.style() == Series.Style.DASHED ? " stroke-dasharray=\"7 5\"" : "",
            Html.escape(series.name()),
            dots);
  }

  private boolean shown(double value) {
    return Double.isFinite(value) && (!logarithmic || value > 0);
  }

  private DoubleUnaryOperator px(Axis axis) {
    return value -> LEFT + axis.position(value) * (width - LEFT - RIGHT);
  }

  private static DoubleUnaryOperator py(Axis axis) {
    return value -> HEIGHT - BOTTOM - axis.position(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
