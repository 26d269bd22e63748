package dev.mto.engine.report;

import dev.mto.engine.pictures.Series;
import java.util.Locale;

/** One curve as an SVG path, broken where a value cannot be shown, and its dots. */
record SvgCurve(SvgLineChart.Curve curve, Place x, Place y, boolean logarithmic) {
  /** More dots than this would hide the line. */
  private static final int FEW = 60;

  /** Where a value lies, in the picture's pixels. */
  @FunctionalInterface
  interface Place {
    double at(double value);
  }

  String svg() {
    boolean dashed = curve.series().style() == Series.Style.DASHED;
    return "<path d=\"%s\" stroke=\"%s\"%s><title>%s</title></path>%s\n"
        .formatted(
            path(),
            curve.colour(),
            dashed ? " stroke-dasharray=\"7 5\"" : "",
            Html.escape(curve.series().name()),
            dots());
  }

  private String path() {
    double[] xs = curve.series().x();
    double[] ys = curve.series().y();
    StringBuilder path = new StringBuilder();
    boolean drawing = false;
    for (int i = 0; i < xs.length; i++) {
      boolean shown = Extent.shown(ys[i], logarithmic);
      if (shown) {
        path.append(
            String.format(
                Locale.ROOT, "%s%.1f %.1f", drawing ? "L" : "M", x.at(xs[i]), y.at(ys[i])));
      }
      drawing = shown;
    }
    return path.toString();
  }

  private String dots() {
    double[] xs = curve.series().x();
    double[] ys = curve.series().y();
    boolean dotted = curve.series().style() == Series.Style.DOTS || xs.length == 1;
    StringBuilder dots = new StringBuilder();
    for (int i = 0; dotted && xs.length <= FEW && i < xs.length; i++) {
      if (Extent.shown(ys[i], logarithmic)) {
        dots.append(
            String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"><title>%s, %s: %s</title></circle>",
                x.at(xs[i]),
                y.at(ys[i]),
                curve.colour(),
                Html.escape(curve.series().name()),
                Numbers.tick(xs[i]),
                Numbers.of(ys[i])));
      }
    }
    return dots.toString();
  }
}
