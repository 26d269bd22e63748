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
        .contains("<figure class=\"wide\"><img alt=\"seven maps\"")
        .contains("<figure><img alt=\"a chart\"")
        .contains(".wide { grid-column: 1 / -1; }");
  }

  @Test
  void whatTheStudySaysIsShownAsItIs() throws IOException {
    String html =
        page(new ReportPage.Section().text("a < b").table(List.of("<h>"), List.of(List.of("\"&"))));

    assertThat(html).contains("a &lt; b").contains("<th>&lt;h&gt;</th>").contains("&quot;&amp;");
  }

  private String page(ReportPage.Section section) throws IOException {
    Path file = folder.resolve("page.html");
    new ReportPage("Study").section("Pictures", section).write(file);
    return Files.readString(file);
  }

  private Path png(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    ImageIO.write(
        new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    return file;
  }
}
