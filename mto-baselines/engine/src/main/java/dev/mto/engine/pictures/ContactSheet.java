package dev.mto.engine.pictures;

import dev.mto.data.image.Exif;
import dev.mto.data.image.UnreadableImageException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/**
 * Photos beside each other: first one by itself in a frame, then others, each under a heading and
 * over its file's name. Long rows go on below, under the second photo.
 */
public final class ContactSheet {
  private static final int TILE = 160;
  private static final int GAP = 14;
  private static final int MARGIN = 20;
  private static final int HEADING = 22;
  private static final int NAME = 24;
  private static final int CAPTION = 30;
  private static final int MOST_BESIDE = 8;
  private static final Color BACKGROUND = new Color(0xf2f3f5);

  private final Exif exif;
  private final int columns;
  private final BufferedImage canvas;
  private final Graphics2D graphics;

  /**
   * A photo on the sheet.
   *
   * @param file what is shown
   * @param heading above it
   * @param name below it; of a long one the end is shown
   */
  public record Tile(Path file, String heading, String name) {}

  private ContactSheet(String caption, List<List<Tile>> rows, Exif exif) {
    this.exif = exif;
    int longest = rows.stream().mapToInt(List::size).max().orElse(1);
    this.columns = Math.min(longest, 1 + MOST_BESIDE);
    int lines = rows.stream().mapToInt(row -> lines(row.size())).sum();
    canvas =
        new BufferedImage(
            2 * MARGIN + columns * (TILE + GAP) - GAP,
            MARGIN + CAPTION + lines * lineHeight() + MARGIN / 2,
            BufferedImage.TYPE_INT_RGB);
    graphics = Drawing.on(canvas);
    graphics.setFont(Drawing.font(Font.PLAIN, 14));
    graphics.drawString(
        Drawing.shortened(graphics, caption, canvas.getWidth() - 2 * MARGIN), MARGIN, MARGIN + 12);
  }

  /**
   * Draws a sheet and writes it.
   *
   * @param caption a line over everything
   * @param rows the first photo of each is the framed one
   * @param exif whether photos are turned as their cameras noted
   */
  public static void write(Path png, String caption, List<List<Tile>> rows, Exif exif) {
    ContactSheet sheet = new ContactSheet(caption, rows, exif);
    int line = 0;
    for (List<Tile> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        int beside = Math.max(0, i - 1);
        int column = i == 0 ? 0 : 1 + beside % MOST_BESIDE;
        sheet.draw(row.get(i), line + beside / MOST_BESIDE, column, i == 0);
      }
      line += lines(row.size());
    }
    sheet.graphics.dispose();
    Drawing.write(png, sheet.canvas);
  }

  private static int lines(int tiles) {
    return Math.max(1, (tiles - 1 + MOST_BESIDE - 1) / MOST_BESIDE);
  }

  private static int lineHeight() {
    return HEADING + TILE + NAME + GAP;
  }

  private void draw(Tile tile, int line, int column, boolean framed) {
    int x = MARGIN + column * (TILE + GAP);
    int top = MARGIN + CAPTION + line * lineHeight();
    int y = top + HEADING;
    graphics.setColor(BACKGROUND);
    graphics.fillRect(x, y, TILE, TILE);
    graphics.setColor(Drawing.INK);
    graphics.setFont(Drawing.font(Font.BOLD, 15));
    Drawing.centred(graphics, tile.heading(), x + TILE / 2, top + HEADING - 9);
    graphics.setFont(Drawing.font(Font.PLAIN, 13));
    try {
      BufferedImage picture = Thumbnail.of(tile.file(), exif, TILE);
      graphics.drawImage(
          picture, x + (TILE - picture.getWidth()) / 2, y + (TILE - picture.getHeight()) / 2, null);
    } catch (UnreadableImageException e) {
      Drawing.centred(
          graphics,
          Drawing.shortened(graphics, e.getMessage(), TILE - 8),
          x + TILE / 2,
          y + TILE / 2);
    }
    Drawing.centred(
        graphics,
        Drawing.shortenedAtItsBeginning(graphics, tile.name(), TILE),
        x + TILE / 2,
        y + TILE + 16);
    if (framed) {
      graphics.setStroke(new BasicStroke(3));
      graphics.drawRect(x - 3, y - 3, TILE + 5, TILE + 5);
    }
  }
}
