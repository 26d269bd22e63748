package dev.mto.engine.pictures;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Small images in rows and columns, with a heading over each column and a label beside each row.
 */
final class TileGrid {
  /** The colour of a pixel of a tile, as 0xRRGGBB. */
  @FunctionalInterface
  interface Pixels {
    int rgb(int y, int x);
  }

  private static final int TILE = 160;
  private static final int GAP = 10;
  private static final int MARGIN = 20;
  private static final int HEADING = 30;
  private static final int CAPTION = 36;
  private static final int LARGEST_LABEL = 160;

  private final int height;
  private final int width;
  private final int zoom;
  private final int left;
  private final BufferedImage canvas;
  private final Graphics2D graphics;

  TileGrid(
      List<String> headings, List<String> labels, String caption, int rows, int height, int width) {
    this.height = height;
    this.width = width;
    zoom = Math.max(1, Math.round((float) TILE / Math.max(height, width)));
    left = MARGIN + (labels.isEmpty() ? 0 : labelWidth(labels) + GAP);
    canvas =
        new BufferedImage(
            left + headings.size() * (width * zoom + GAP) - GAP + MARGIN,
            MARGIN + HEADING + rows * (height * zoom + GAP) + CAPTION,
            BufferedImage.TYPE_INT_RGB);
    graphics = Drawing.on(canvas);
    graphics.setFont(Drawing.font(Font.BOLD, 15));
    for (int column = 0; column < headings.size(); column++) {
      Drawing.centred(graphics, headings.get(column), x(column) + width * zoom / 2, MARGIN + 16);
    }
    graphics.setFont(Drawing.font(Font.PLAIN, 14));
    graphics.drawString(
        Drawing.shortened(graphics, caption, canvas.getWidth() - 2 * MARGIN),
        MARGIN,
        canvas.getHeight() - CAPTION / 2 + 5);
    for (int row = 0; row < labels.size(); row++) {
      String label = Drawing.shortened(graphics, labels.get(row), LARGEST_LABEL);
      graphics.drawString(label, MARGIN, y(row) + height * zoom / 2 + 5);
    }
  }

  /** Left edge of a column, in pixels. */
  int x(int column) {
    return left + column * (width * zoom + GAP);
  }

  /** Top edge of a row, in pixels. */
  int y(int row) {
    return MARGIN + HEADING + row * (height * zoom + GAP);
  }

  void tile(int row, int column, Pixels pixels) {
    for (int v = 0; v < height; v++) {
      for (int u = 0; u < width; u++) {
        graphics.setColor(new Color(pixels.rgb(v, u)));
        graphics.fillRect(x(column) + u * zoom, y(row) + v * zoom, zoom, zoom);
      }
    }
  }

  BufferedImage finish() {
    graphics.dispose();
    return canvas;
  }

  private static int labelWidth(List<String> labels) {
    Graphics2D scratch = Drawing.on(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
    FontMetrics metrics = scratch.getFontMetrics(Drawing.font(Font.PLAIN, 14));
    int widest = labels.stream().mapToInt(metrics::stringWidth).max().orElse(0);
    scratch.dispose();
    return Math.min(widest, LARGEST_LABEL);
  }
}
