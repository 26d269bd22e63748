package dev.mto.engine.pictures;

import java.awt.geom.Rectangle2D;

/**
 * Text on a chart.
 *
 * @param x of the anchor, in pixels
 * @param y of the baseline, in pixels
 * @param size of the font, in pixels
 */
record ChartLabel(String text, double x, double y, Anchor anchor, double size, boolean bold) {
  /** Size of all text on a chart but its title, in pixels. */
  static final double TEXT = 13;

  /** Which point of the text is at x. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  static ChartLabel of(String text, double x, double y, Anchor anchor) {
    return new ChartLabel(text, x, y, anchor, TEXT, false);
  }

  /**
   * About the width of a text in the usual fonts, a little more rather than less. It is the same on
   * all machines, and so is the geometry of charts.
   */
  static double width(String text, double size) {
    return size * text.codePoints().mapToDouble(ChartLabel::advance).sum();
  }

  private static double advance(int letter) {
    if ("ijl.,:;|'!()[]ftr ".indexOf(letter) >= 0) {
      return 0.4;
    }
    return "mwMWG%\u2026\u2192".indexOf(letter) >= 0 || Character.isUpperCase(letter) ? 0.85 : 0.63;
  }

  /** {@code text}, or as much of its beginning as is no wider than {@code most} pixels. */
  static String shortened(String text, double most) {
    String shown = text;
    for (int end = text.length(); width(shown, TEXT) > most && end > 1; end--) {
      shown = text.substring(0, end - 1) + "\u2026";
    }
    return shown;
  }

  /** The place it takes. */
  Rectangle2D box() {
    double width = width(text, size) * (bold ? 1.08 : 1);
    double left =
        switch (anchor) {
          case START -> x;
          case MIDDLE -> x - width / 2;
          case END -> x - width;
        };
    return new Rectangle2D.Double(left, y - 0.8 * size, width, size);
  }
}
