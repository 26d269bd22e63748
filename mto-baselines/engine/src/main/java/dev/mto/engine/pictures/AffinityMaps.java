package dev.mto.engine.pictures;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Affinity maps of the layers in one row, as Fig. 2 of the paper: rows and columns hold the masked
 * tokens, then the visible ones; quadrants are 1 masked x masked, 2 masked x visible (where
 * heterogeneity is measured), 3 visible x masked and 4 visible x visible. Each map is min-max
 * normalised by itself; its smallest and largest value stand below it.
 */
public final class AffinityMaps {
  private static final int LEFT = 40;
  private static final int TOP = 74;
  private static final int GAP = 26;
  private static final int BELOW = 66;
  private static final int BAR = 14;
  private static final int RIGHT = 64;

  private AffinityMaps() {}

  /**
   * Writes the row of maps.
   *
   * @param png the file to write or replace
   * @param caption says what the affinities are, such as {@code "raw dot products"} or {@code "row
   *     softmax"}
   * @param maps one a layer, in order of depth
   * @throws IllegalArgumentException if there is no map
   */
  public static void write(Path png, String caption, List<LayerAffinity> maps) throws IOException {
    if (maps.isEmpty()) {
      throw new IllegalArgumentException("no affinity maps to draw: give one for each layer");
    }
    int side = maps.stream().mapToInt(AffinityPanel::side).max().orElseThrow();
    BufferedImage canvas =
        new BufferedImage(
            LEFT + maps.size() * (side + GAP) + RIGHT,
            TOP + side + BELOW,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = Drawing.on(canvas);
    for (int layer = 0; layer < maps.size(); layer++) {
      AffinityPanel panel = new AffinityPanel(maps.get(layer), left(layer, side), TOP);
      panel.draw(canvas, graphics, layer == 0);
    }
    drawCaption(graphics, caption, canvas.getHeight());
    drawColourBar(graphics, left(maps.size(), side), side);
    graphics.dispose();
    Drawing.write(png, canvas);
  }

  private static int left(int layer, int side) {
    return LEFT + layer * (side + GAP);
  }

  private static void drawCaption(Graphics2D graphics, String caption, int height) {
    graphics.setColor(Drawing.INK);
    graphics.setFont(Drawing.font(Font.PLAIN, 13));
    graphics.drawString(
        caption
            + ", min-max normalised per map.   1 masked \u00d7 masked   2 masked \u00d7 visible (H)"
            + "   3 visible \u00d7 masked   4 visible \u00d7 visible",
        LEFT,
        height - 14);
  }

  private static void drawColourBar(Graphics2D graphics, int x, int side) {
    for (int row = 0; row < side; row++) {
      graphics.setColor(new Color(Viridis.rgb(1 - row / (side - 1.0))));
      graphics.fillRect(x, TOP + row, BAR, 1);
    }
    graphics.setColor(Drawing.INK);
    graphics.setFont(Drawing.font(Font.PLAIN, 12));
    graphics.drawString("max", x + BAR + 5, TOP + 10);
    graphics.drawString("min", x + BAR + 5, TOP + side);
  }
}
