package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  @TempDir private Path folder;

  @Test
  void wideAndOnlyWidePicturesTakeAllOfThePagesWidth() throws IOException {
    String html =
        page(
            new ReportPage.Section()
                .pictures(
                    List.of(
                        new ReportPage.Captioned(png("wide.png", 70, 10), "seven maps"),
                        new ReportPage.Captioned(png("chart.png", 17, 10), "a chart"))));

    assertThat(html)
        .containsPattern("<figure class=\"wide\"><div class=\"frame\"><img [^>]*alt=\"seven maps\"")
        .containsPattern("<figure><div class=\"frame\"><img [^>]*alt=\"a chart\"")
        .contains(".wide { grid-column: 1 / -1; }");
  }

  @Test
  void whatTheStudySaysIsShownAsItIs() throws IOException {
    String html =
        page(new ReportPage.Section().text("a < b").table(List.of("<h>"), List.of(List.of("\"&"))));

    assertThat(html)
        .contains("one &lt;line&gt;", "a &lt; b", "<th>&lt;h&gt;</th>")
        .contains("&quot;&amp;");
  }

  @Test
  void numbersAreFlushRightWithOneMinusSign() throws IOException {
    String html =
        page(
            new ReportPage.Section()
                .table(
                    List.of("variant", "gain"),
                    List.of(List.of("spa-e", "-0.32 ± 1.44"), List.of("none", ""))));

    assertThat(html)
        .contains("<th class=\"number\">gain</th>", "<td class=\"number\">\u22120.32 ± 1.44</td>")
        .contains("<th>variant</th>", "<td>spa-e</td>");
  }

  @Test
  void severalSectionsHaveAListOfThem() throws IOException {
    ReportPage page = new ReportPage("Study", "");
    for (String heading : List.of("One", "Two & more", "Three")) {
      page.section(heading, new ReportPage.Section().text("text"));
    }
    page.section("Empty", new ReportPage.Section());
    page.write(folder.resolve("page.html"));

    assertThat(Files.readString(folder.resolve("page.html")))
        .contains("<a href=\"#two-more\">Two &amp; more</a>", "<section id=\"two-more\">")
        .doesNotContain("Empty");
  }

  private String page(ReportPage.Section section) throws IOException {
    Path file = folder.resolve("page.html");
    new ReportPage("Study", "one <line>").section("Pictures", section).write(file);
    return Files.readString(file);
  }

  private Path png(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    ImageIO.write(
        new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    return file;
  }
}
