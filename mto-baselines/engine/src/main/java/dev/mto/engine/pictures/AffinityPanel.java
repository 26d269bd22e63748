package dev.mto.engine.pictures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;

/** One affinity map on the canvas: a heat map with its border lines, numbers and captions. */
final class AffinityPanel {
  private static final int SIDE = 260;
  private static final int NOT_FINITE = 0x9aa0a6;

  private final LayerAffinity map;
  private final int left;
  private final int top;
  private final int side;
  private final int border;

  AffinityPanel(LayerAffinity map, int left, int top) {
    this.map = map;
    this.left = left;
    this.top = top;
    this.side = side(map);
    this.border = map.masked() * cell(map);
  }

  /** Width and height of the heat map of {@code map}, in pixels. */
  static int side(LayerAffinity map) {
    return map.tokens() * cell(map);
  }

  private static int cell(LayerAffinity map) {
    return Math.max(1, Math.round((float) SIDE / map.tokens()));
  }

  void draw(BufferedImage canvas, Graphics2D graphics, boolean first) {
    LayerAffinity.Range range = map.range();
    drawCells(canvas, range);
    if (border > 0 && border < side) {
      drawBorder(graphics);
      drawQuadrants(graphics);
      drawAxes(graphics, first);
    }
    graphics.setColor(Drawing.INK);
    graphics.setFont(Drawing.font(Font.BOLD, 15));
    Drawing.centred(graphics, map.title(), left + side / 2, top - 30);
    graphics.setFont(Drawing.font(Font.PLAIN, 12));
    Drawing.centred(
        graphics,
        Numbers.brief(range.min()) + " \u2026 " + Numbers.brief(range.max()),
        left + side / 2,
        top + side + 18);
  }

  private void drawCells(BufferedImage canvas, LayerAffinity.Range range) {
    int cell = cell(map);
    for (int v = 0; v < side; v++) {
      for (int u = 0; u < side; u++) {
        double value = map.at(v / cell, u / cell);
        int rgb = Double.isFinite(value) ? Viridis.rgb(range.normalise(value)) : NOT_FINITE;
        canvas.setRGB(left + u, top + v, rgb);
      }
    }
  }

  private void drawBorder(Graphics2D graphics) {
    graphics.setColor(Color.WHITE);
    graphics.fillRect(left + border - 1, top, 2, side);
    graphics.fillRect(left, top + border - 1, side, 2);
  }

  private void drawQuadrants(Graphics2D graphics) {
    drawNumber(graphics, "1", 0, 0);
    drawNumber(graphics, "2", border, 0);
    drawNumber(graphics, "3", 0, border);
    drawNumber(graphics, "4", border, border);
  }

  private void drawNumber(Graphics2D graphics, String number, int x, int y) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    TextLayout text =
        new TextLayout(number, Drawing.font(Font.BOLD, 17), graphics.getFontRenderContext());
    var outline = text.getOutline(AffineTransform.getTranslateInstance(left + x + 6, top + y + 19));
    graphics.setStroke(new BasicStroke(3.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.setColor(new Color(0, 0, 0, 170));
    graphics.draw(outline);
    graphics.setColor(Color.WHITE);
    graphics.fill(outline);
  }

  private void drawAxes(Graphics2D graphics, boolean withRows) {
    graphics.setColor(Drawing.INK);
    graphics.setFont(Drawing.font(Font.PLAIN, 12));
    Drawing.centred(graphics, "masked", left + border / 2, top - 8);
    Drawing.centred(graphics, "visible", left + (border + side) / 2, top - 8);
    if (withRows) {
      drawUpwards(graphics, "masked", top + border / 2);
      drawUpwards(graphics, "visible", top + (border + side) / 2);
    }
  }

  private void drawUpwards(Graphics2D graphics, String text, int middle) {
    AffineTransform upright = graphics.getTransform();
    graphics.rotate(-Math.PI / 2, left - 9, middle);
    Drawing.centred(graphics, text, left - 9, middle);
    graphics.setTransform(upright);
  }
}
