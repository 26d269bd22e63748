package dev.mto.engine.pictures;

import java.util.List;

/** What a chart is drawn with: inline SVG, or the pixels of a picture. */
interface ChartPen {
  /** Shapes of points, so that curves differ without colours too. */
  enum Mark {
    CIRCLE,
    SQUARE,
    TRIANGLE,
    DIAMOND
  }

  /** Dashes of a line. */
  enum Dash {
    SOLID,
    LONG,
    SHORT
  }

  void text(ChartLabel label);

  /** A thin horizontal line. */
  void rule(double left, double right, double y);

  /** A line through points {@code {x, y}}. */
  void line(List<double[]> points, Ink ink, Dash dash);

  void mark(double x, double y, Mark mark, Ink ink);

  /** A bar from {@code top} to {@code bottom} with its ends marked. */
  void bar(double x, double top, double bottom, Ink ink);
}
