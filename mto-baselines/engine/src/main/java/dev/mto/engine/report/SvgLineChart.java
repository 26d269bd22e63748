package dev.mto.engine.report;

import dev.mto.engine.pictures.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    Extent extent = new Extent(logarithmic);
    curves.forEach(curve -> extent.add(curve.series()));
    if (extent.isEmpty()) {
      return "";
    }
    Axis x = extent.x();
    Axis y = extent.y();
    return "<figure class=\"chart%s\"><figcaption><b>%s</b>%s</figcaption>\n"
            .formatted(width == WIDE ? " wide" : "", Html.escape(title), legend())
        + "<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(width, HEIGHT, Html.escape(title))
        + grid(x, y)
        + curves.stream()
            .map(curve -> new SvgCurve(curve, px(x), py(y), logarithmic).svg())
            .collect(Collectors.joining())
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
      double at = py(y).at(tick);
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
              px(x).at(tick), HEIGHT - BOTTOM + 18, Numbers.tick(tick)));
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

  private SvgCurve.Place px(Axis axis) {
    return value -> LEFT + axis.position(value) * (width - LEFT - RIGHT);
  }

  private static SvgCurve.Place py(Axis axis) {
    return value -> HEIGHT - BOTTOM - axis.position(value) * (HEIGHT - TOP - BOTTOM);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
