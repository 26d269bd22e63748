package dev.mto.engine.pictures;

import dev.mto.engine.pictures.ChartPen.Dash;
import dev.mto.engine.pictures.ChartPen.Mark;
import java.util.ArrayList;
import java.util.List;

/** Draws a chart that is laid out, with any pen. */
final class ChartDrawing {
  /** More marks than this would hide the line. */
  private static final int FEW = 60;

  private static final List<Mark> MARKS =
      List.of(Mark.CIRCLE, Mark.SQUARE, Mark.TRIANGLE, Mark.DIAMOND);

  private final ChartLayout layout;
  private final ChartPen pen;

  ChartDrawing(ChartLayout layout, ChartPen pen) {
    this.layout = layout;
    this.pen = pen;
  }

  void draw() {
    for (double y : layout.rules()) {
      pen.rule(layout.plot().getX(), layout.plot().getMaxX(), y);
    }
    layout.labels().forEach(pen::text);
    drawCurves(false);
    drawCurves(true);
    for (ChartLayout.Chip chip : layout.chips()) {
      double right = chip.x() + chip.width();
      pen.line(
          List.of(new double[] {chip.x(), chip.y()}, new double[] {right, chip.y()}),
          ink(layout.chart(), chip.curve()),
          dash(chip.curve()));
      if (marked(chip.curve())) {
        pen.mark(
            chip.x() + chip.width() / 2,
            chip.y(),
            mark(chip.curve()),
            ink(layout.chart(), chip.curve()));
      }
    }
  }

  /** The first lies on top of the others; a reference on top of all, so that dashes are seen. */
  private void drawCurves(boolean references) {
    List<Series> curves = layout.chart().series();
    for (int curve = curves.size() - 1; curve >= 0; curve--) {
      if ((curves.get(curve).style() == Series.Style.DASHED) == references) {
        draw(curve);
      }
    }
  }

  /** A curve, broken where a value cannot be shown, with its bars and marks. */
  private void draw(int index) {
    Series curve = layout.chart().series().get(index);
    Ink ink = ink(layout.chart(), index);
    List<double[]> piece = new ArrayList<>();
    for (int point = 0; point < curve.points(); point++) {
      if (layout.chart().shows(curve.y(point))) {
        piece.add(new double[] {layout.px(index, curve.x(point)), layout.py(curve.y(point))});
      } else {
        flush(piece, ink, index);
      }
    }
    flush(piece, ink, index);
    for (int point = 0; point < curve.points(); point++) {
      if (layout.chart().shows(curve.y(point))) {
        point(index, curve, point, ink);
      }
    }
  }

  private void flush(List<double[]> piece, Ink ink, int index) {
    if (piece.size() > 1) {
      pen.line(List.copyOf(piece), ink, dash(index));
    }
    piece.clear();
  }

  private void point(int index, Series curve, int point, Ink ink) {
    double x = layout.px(index, curve.x(point));
    double y = curve.y(point);
    double half = curve.spread(point);
    if (half > 0) {
      double bottom =
          layout.chart().shows(y - half) ? layout.py(y - half) : layout.plot().getMaxY();
      pen.bar(x, layout.py(y + half), bottom, ink);
    }
    if (marked(index)) {
      pen.mark(x, layout.py(y), mark(index), ink);
    }
  }

  private boolean marked(int index) {
    Series curve = layout.chart().series().get(index);
    return curve.points() == 1 || (curve.style() == Series.Style.DOTS && curve.points() <= FEW);
  }

  /** The colour of a curve: its own, grey for a reference, else the palette's next. */
  static Ink ink(LineChart chart, int index) {
    Series curve = chart.series().get(index);
    if (curve.style() == Series.Style.DASHED) {
      return curve.ink().orElse(Ink.REFERENCE);
    }
    return curve.ink().orElse(Ink.PALETTE.get(rank(chart, index) % Ink.PALETTE.size()));
  }

  /** How many curves that are no references stand before. */
  private static int rank(LineChart chart, int index) {
    return (int)
        chart.series().subList(0, index).stream()
            .filter(curve -> curve.style() != Series.Style.DASHED)
            .count();
  }

  private Dash dash(int index) {
    Series curve = layout.chart().series().get(index);
    if (curve.style() == Series.Style.DASHED) {
      return Dash.LONG;
    }
    boolean coloursAreUsedUp =
        curve.ink().isEmpty() && rank(layout.chart(), index) >= Ink.PALETTE.size();
    return coloursAreUsedUp ? Dash.SHORT : Dash.SOLID;
  }

  private Mark mark(int index) {
    return MARKS.get(rank(layout.chart(), index) % MARKS.size());
  }
}
