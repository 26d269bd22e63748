package dev.mto.engine.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** A page of sections with text, tables and pictures: one file that needs no other. */
public final class ReportPage {
  private final String title;
  private final List<String> sections = new ArrayList<>();

  /** An empty page. */
  public ReportPage(String title) {
    this.title = title;
  }

  /** A PNG and what it shows. */
  public record Captioned(Path png, String caption) {}

  /** What a section holds, in order. */
  public static final class Section {
    /** Width over height from which a picture takes all of the page's width. */
    private static final int WIDE = 3;

    private final StringBuilder html = new StringBuilder();

    /** A paragraph. */
    public Section text(String text) {
      html.append("<p>").append(Html.escape(text)).append("</p>\n");
      return this;
    }

    /** A table; nothing without rows. */
    public Section table(List<String> header, List<List<String>> rows) {
      if (!rows.isEmpty()) {
        html.append("<div class=\"scroll\"><table class=\"figures\">\n")
            .append(row("th", header))
            .append(rows.stream().map(cells -> row("td", cells)).collect(Collectors.joining()))
            .append("</table></div>\n");
      }
      return this;
    }

    /** Pictures, all but wide ones side by side where the page allows; nothing without any. */
    public Section pictures(List<Captioned> pictures) throws IOException {
      if (pictures.isEmpty()) {
        return this;
      }
      html.append("<div class=\"pictures row\">\n");
      for (Captioned picture : pictures) {
        String cssClass = isWide(picture.png()) ? "wide" : "";
        html.append(Html.figure(cssClass, picture.png(), picture.caption()));
      }
      html.append("</div>\n");
      return this;
    }

    private static boolean isWide(Path png) throws IOException {
      BufferedImage image = ImageIO.read(png.toFile());
      return image != null && image.getWidth() > WIDE * image.getHeight();
    }

    private static String row(String tag, List<String> cells) {
      return cells.stream()
          .map(cell -> "<%s>%s</%s>".formatted(tag, Html.escape(cell), tag))
          .collect(Collectors.joining("", "<tr>", "</tr>\n"));
    }
  }

  /** Adds a section; one without content is left out. */
  public ReportPage section(String heading, Section section) {
    sections.add(Html.section(heading, section.html.toString()));
    return this;
  }

  /** Writes the page, replacing an older one. */
  public void write(Path file) throws IOException {
    Html.write(file, title, String.join("", sections));
  }
}
