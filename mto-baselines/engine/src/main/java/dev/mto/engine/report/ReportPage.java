package dev.mto.engine.report;

import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Markup;
import dev.mto.engine.pictures.Numbers;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** A page of sections with text, tables and pictures: one file that needs no other. */
public final class ReportPage {
  private final Page page;

  /**
   * An empty page.
   *
   * @param subtitle a line below the title
   */
  public ReportPage(String title, String subtitle) {
    this.page = Page.of(title, "<p class=\"what\">" + Markup.escape(subtitle) + "</p>\n");
  }

  /** A PNG and what it shows. */
  public record Captioned(Path png, String caption) {}

  /** What a section holds, in order. */
  public static final class Section {
    /** Width over height from which a picture takes all of the page's width. */
    private static final int WIDE = 3;

    /** Pixels below which the text of a wide picture is too small. */
    private static final int LEAST = 900;

    private final StringBuilder html = new StringBuilder();

    /** A paragraph. */
    public Section text(String text) {
      html.append(Html.paragraph(Numbers.withMinus(text)));
      return this;
    }

    /** A table; nothing without rows. */
    public Section table(List<String> header, List<List<String>> rows) {
      html.append(Html.table(header, rows));
      return this;
    }

    /** Charts side by side where the page allows; nothing without any. */
    public Section charts(List<LineChart> charts) {
      String figures =
          charts.stream()
              .map(chart -> chart.html(LineChart.Width.HALF))
              .collect(Collectors.joining());
      if (!figures.isEmpty()) {
        html.append("<div class=\"grid two\">\n").append(figures).append("</div>\n");
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
        boolean wide = isWide(picture.png());
        html.append(
            Html.figure(wide ? "wide" : "", picture.png(), picture.caption(), wide ? LEAST : 0));
      }
      html.append("</div>\n");
      return this;
    }

    private static boolean isWide(Path png) throws IOException {
      BufferedImage image = ImageIO.read(png.toFile());
      return image != null && image.getWidth() > WIDE * image.getHeight();
    }
  }

  /** Adds a section; one without content is left out. */
  public ReportPage section(String heading, Section section) {
    page.with(heading, section.html.toString());
    return this;
  }

  /** Writes the page, replacing an older one. */
  public void write(Path file) {
    AtomicFiles.writeString(file, page.html());
  }
}
