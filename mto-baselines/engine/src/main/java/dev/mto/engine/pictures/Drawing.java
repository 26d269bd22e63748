package dev.mto.engine.pictures;

import dev.mto.engine.folder.AtomicFiles;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.RenderedImage;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A white canvas, text on it, and PNG files that are replaced whole or not at all. */
final class Drawing {
  static final Color INK = new Color(0x24292f);

  private Drawing() {}

  static Graphics2D on(BufferedImage canvas) {
    Graphics2D graphics = canvas.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
    graphics.setColor(INK);
    return graphics;
  }

  /** Draws {@code text} in the middle of {@code x}, its baseline at {@code y}. */
  static void centred(Graphics2D graphics, String text, int x, int y) {
    graphics.drawString(text, x - graphics.getFontMetrics().stringWidth(text) / 2, y);
  }

  /** {@code text}, or as much of its beginning as fits into {@code width} pixels. */
  static String shortened(Graphics2D graphics, String text, int width) {
    String shown = text;
    for (int end = text.length();
        graphics.getFontMetrics().stringWidth(shown) > width && end > 1;
        end--) {
      shown = text.substring(0, end - 1) + "\u2026";
    }
    return shown;
  }

  /** {@code text}, or as much of its end as fits into {@code width} pixels. */
  static String shortenedAtItsBeginning(Graphics2D graphics, String text, int width) {
    String shown = text;
    for (int begin = 0;
        graphics.getFontMetrics().stringWidth(shown) > width && begin < text.length() - 1;
        begin++) {
      shown = "\u2026" + text.substring(begin + 1);
    }
    return shown;
  }

  static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }

  static void write(Path png, RenderedImage image) {
    AtomicFiles.write(
        png,
        temporary -> {
          try (OutputStream out = Files.newOutputStream(temporary);
              ImageOutputStream whole = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(image, "png", whole);
          }
        });
  }
}
