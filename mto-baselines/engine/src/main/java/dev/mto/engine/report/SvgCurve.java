package dev.mto.engine.report;

import dev.mto.engine.pictures.Series;
import java.util.Locale;

/** One curve as an SVG path, broken where a value cannot be shown, and its dots. */
record SvgCurve(SvgLineChart.Curve curve, Place x, Place y, boolean logarithmic) {
  private static final int FEW = 30;

  /** Where a value lies, in the picture's pixels. */
  @FunctionalInterface
  interface Place {
    double at(double value);
  }

  String svg() {
    double[] xs = curve.series().x();
    double[] ys = curve.series().y();
    boolean dotted = curve.series().style() == Series.Style.DOTS || xs.length == 1;
    StringBuilder path = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    boolean pen = false;
    for (int i = 0; i < xs.length; i++) {
      if (!Extent.shown(ys[i], logarithmic)) {
        pen = false;
        continue;
      }
      String point = String.format(Locale.ROOT, "%.1f %.1f", x.at(xs[i]), y.at(ys[i]));
      path.append(pen ? 'L' : 'M').append(point);
      pen = true;
      if (dotted && xs.length <= FEW) {
        String[] xy = point.split(" ");
        dots.append(
            "<circle cx=\"%s\" cy=\"%s\" r=\"3.5\" fill=\"%s\"><title>%s, %s: %s</title></circle>"
                .formatted(
                    xy[0],
                    xy[1],
                    curve.colour(),
                    Html.escape(curve.series().name()),
                    Numbers.tick(xs[i]),
                    Numbers.of(ys[i])));
      }
    }
    String dash =
        curve.series().style() == Series.Style.DASHED ? " stroke-dasharray=\"7 5\"" : "";
    return "<path d=\"%s\" stroke=\"%s\"%s><title>%s</title></path>%s\n"
        .formatted(path, curve.colour(), dash, Html.escape(curve.series().name()), dots);
  }
}
