package dev.mto.engine.pictures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/** A chart as a picture of 1200 x 700 pixels on white, for documents that show it smaller. */
final class PngChart implements ChartPen {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 700;

  /** Pixels of the picture for one of the layout. */
  static final double SCALE = 1.6;

  private static final double MARGIN = 10;
  private static final Color RULE = new Color(0xe3e6ea);

  private final Graphics2D graphics;

  private PngChart(Graphics2D graphics) {
    this.graphics = graphics;
  }

  static void write(LineChart chart, Path png) {
    BufferedImage canvas = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = Drawing.on(canvas);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.scale(SCALE, SCALE);
    graphics.translate(MARGIN, MARGIN);
    new ChartDrawing(fitting(chart), new PngChart(graphics)).draw();
    graphics.dispose();
    Drawing.write(png, canvas);
  }

  /** The legend may take several rows; the plot has what is left. */
  static ChartLayout fitting(LineChart chart) {
    double width = WIDTH / SCALE - 2 * MARGIN;
    double height = HEIGHT / SCALE - 2 * MARGIN;
    double rest = new ChartLayout(chart, width, 0, true).height();
    return new ChartLayout(chart, width, Math.max(height / 4, height - rest), true);
  }

  @Override
  public void text(ChartLabel label) {
    graphics.setColor(Drawing.INK);
    graphics.setFont(
        Drawing.font(label.bold() ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) label.size()));
    double width = graphics.getFontMetrics().getStringBounds(label.text(), graphics).getWidth();
    double left =
        switch (label.anchor()) {
          case START -> label.x();
          case MIDDLE -> label.x() - width / 2;
          case END -> label.x() - width;
        };
    graphics.drawString(label.text(), (float) left, (float) label.y());
  }

  @Override
  public void rule(double left, double right, double y) {
    graphics.setColor(RULE);
    graphics.setStroke(new BasicStroke(1));
    graphics.draw(new Line2D.Double(left, y, right, y));
  }

  @Override
  public void line(List<double[]> points, Ink ink, Dash dash) {
    Path2D path = new Path2D.Double();
    path.moveTo(points.get(0)[0], points.get(0)[1]);
    points.forEach(point -> path.lineTo(point[0], point[1]));
    graphics.setColor(ink.onWhite());
    graphics.setStroke(stroke(dash));
    graphics.draw(path);
  }

  private static BasicStroke stroke(Dash dash) {
    float[] pattern =
        switch (dash) {
          case SOLID -> null;
          case LONG -> new float[] {7, 5};
          case SHORT -> new float[] {2, 3.5f};
        };
    int cap = pattern == null ? BasicStroke.CAP_ROUND : BasicStroke.CAP_BUTT;
    return new BasicStroke(1.8f, cap, BasicStroke.JOIN_ROUND, 10, pattern, 0);
  }

  @Override
  public void mark(double x, double y, Mark mark, Ink ink) {
    graphics.setColor(ink.onWhite());
    graphics.fill(
        switch (mark) {
          case CIRCLE -> new Ellipse2D.Double(x - 3.6, y - 3.6, 7.2, 7.2);
          case SQUARE -> new Rectangle2D.Double(x - 3.2, y - 3.2, 6.4, 6.4);
          case TRIANGLE -> polygon(x, y - 4.4, x + 4.2, y + 3.2, x - 4.2, y + 3.2);
          case DIAMOND -> polygon(x, y - 4.6, x + 4.6, y, x, y + 4.6, x - 4.6, y);
        });
  }

  private static Path2D polygon(double... corners) {
    Path2D path = new Path2D.Double();
    path.moveTo(corners[0], corners[1]);
    for (int i = 2; i < corners.length; i += 2) {
      path.lineTo(corners[i], corners[i + 1]);
    }
    path.closePath();
    return path;
  }

  @Override
  public void bar(double x, double top, double bottom, Ink ink) {
    graphics.setColor(ink.onWhite());
    graphics.setStroke(new BasicStroke(1.4f));
    graphics.draw(new Line2D.Double(x, top, x, bottom));
    graphics.draw(new Line2D.Double(x - 2.5, top, x + 2.5, top));
    graphics.draw(new Line2D.Double(x - 2.5, bottom, x + 2.5, bottom));
  }
}
