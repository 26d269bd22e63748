package dev.mto.bench.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.report.ComparePage;
import dev.mto.engine.report.ReportPage;
import dev.mto.engine.report.RunState;
import dev.mto.engine.report.RunView;
import dev.mto.engine.report.RunsPage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a real browser, on a phone's width and on a screen's. */
class BrowserTest {
  private static final int[] WIDTHS = {390, 1280};

  /** Measures the page in each frame: its width, its smallest text, texts that lie on others. */
  private static final String MEASURE =
      """
      <pre id="measured"></pre><script>
      addEventListener('load', () => {
        for (const frame of document.querySelectorAll('iframe')) {
          const page = frame.contentDocument, root = page.scrollingElement;
          let smallest = 99, charts = 0; const over = [];
          for (const svg of page.querySelectorAll('svg')) {
            const box = svg.getBoundingClientRect();
            if (box.width === 0) continue;
            charts++;
            smallest = Math.min(smallest, 13 * box.width / svg.viewBox.baseVal.width);
            const texts = [...svg.querySelectorAll(':scope > text')];
            const boxes = texts.map(text => text.getBoundingClientRect());
            for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
              const a = boxes[i], b = boxes[j];
              if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
                  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
                over.push(texts[i].textContent + ' on ' + texts[j].textContent);
            }
          }
          document.getElementById('measured').textContent += `${frame.name}: scroll ${root.scrollWidth}` +
            ` of ${frame.clientWidth}, charts ${charts}, smallest ${smallest.toFixed(1)}, over [${over}]\\n`;
        }
      });
      </script>
      """;

  /** The colour of each line that is seen, and that of the paper. */
  private static final String COLOURS =
      """
      <pre id="measured"></pre><script>
      addEventListener('load', () => {
        for (const frame of document.querySelectorAll('iframe')) {
          const style = frame.contentWindow.getComputedStyle.bind(frame.contentWindow);
          for (const line of frame.contentDocument.querySelectorAll('svg path.line')) {
            if (line.getBoundingClientRect().width === 0) continue;
            document.getElementById('measured').textContent += style(line).stroke + ' on ' +
              style(line.closest('section')).backgroundColor + '\\n';
          }
        }
      });
      </script>
      """;

  @TempDir private Path folder;
  private Chromium chromium;
  private final Map<String, RunView> runs = new LinkedHashMap<>();

  @BeforeEach
  void make() throws IOException {
    chromium = Chromium.orSkip(folder);
    for (String name : List.of("quickstart", "mae-tiny")) {
      runs.put(name, new RunView(SampleRun.make(folder.resolve("runs").resolve(name), name)));
    }
  }

  @Test
  void nothingIsWiderThanThePageNorTooSmallNorOverprinted() throws Exception {
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put(
        "report",
        runs.get("quickstart").html(RunState.RUNNING, "a message " + "m".repeat(200), 30, ""));
    pages.put("compare", new ComparePage(runs).html(""));
    pages.put("runs", RunsPage.html("a/" + "long".repeat(40), runs, 10));
    pages.put("study", study());

    String measured = measured(pages, MEASURE);

    assertThat(measured.lines()).hasSize(pages.size() * WIDTHS.length);
    assertThat(measured.lines())
        .allSatisfy(
            line -> {
              List<Double> numbers =
                  Pattern.compile("[\\d.]+(?=[, ])")
                      .matcher(line.substring(line.indexOf(": scroll")))
                      .results()
                      .map(number -> Double.valueOf(number.group()))
                      .toList();
              assertThat(numbers.get(0)).as(line).isLessThanOrEqualTo(numbers.get(1));
              assertThat(numbers.get(3)).as(line).isGreaterThanOrEqualTo(11);
              assertThat(line).endsWith("over []");
            });
    assertThat(measured).containsPattern("report-390: .*charts (1\\d)");
  }

  private String study() throws IOException {
    Path page = folder.resolve("study.html");
    new ReportPage("Study", "four baselines")
        .section(
            "A wide table",
            new ReportPage.Section()
                .text("word ".repeat(60) + "x".repeat(120))
                .table(
                    List.of("w".repeat(60), "w".repeat(60), "w".repeat(60)),
                    List.of(List.of("1", "2", "3"))))
        .section(
            "A chart", new ReportPage.Section().charts(List.of(runs.get("mae-tiny").lossChart())))
        .write(page);
    return Files.readString(page);
  }

  @Test
  void everyLineStandsOutFromADarkPage() throws Exception {
    String report = runs.get("quickstart").html(RunState.STOPPED, "", 30, "");

    String measured = measured(Map.of("report", report), COLOURS, Chromium.DARK);

    assertThat(measured.lines()).hasSizeGreaterThan(20);
    assertThat(measured.lines())
        .allSatisfy(
            line -> {
              List<Double> channels =
                  Pattern.compile("\\d+")
                      .matcher(line)
                      .results()
                      .map(channel -> Double.valueOf(channel.group()))
                      .toList();
              double paper = luminance(channels.subList(3, 6));
              assertThat(paper).as(line).isLessThan(0.05);
              assertThat((luminance(channels.subList(0, 3)) + 0.05) / (paper + 0.05))
                  .as(line)
                  .isGreaterThan(2.5);
            });
  }

  /** As WCAG 2.1 defines it. */
  private static double luminance(List<Double> channels) {
    double[] linear =
        channels.stream()
            .mapToDouble(channel -> channel / 255)
            .map(c -> c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4))
            .toArray();
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }

  /** What a script says of each page at each width, in one start of the browser. */
  private String measured(Map<String, String> pages, String script, String... options)
      throws IOException, InterruptedException {
    StringBuilder frames = new StringBuilder("<!doctype html><meta charset=\"utf-8\">\n");
    pages.forEach(
        (name, html) -> {
          for (int width : WIDTHS) {
            frames.append(
                "<iframe name=\"%s-%d\" style=\"border:0;width:%2$dpx;height:800px\" srcdoc=\"%s\"></iframe>\n"
                    .formatted(
                        name,
                        width,
                        html.replaceFirst("<meta http-equiv=\"refresh\"[^>]*>", "")
                            .replace("&", "&amp;")
                            .replace("\"", "&quot;")));
          }
        });
    Path file = folder.resolve("frames.html");
    Files.writeString(file, frames + script);
    String dom = chromium.visit(file.toUri().toString(), options).dom();
    int begin = dom.indexOf("<pre id=\"measured\">");
    return dom.substring(dom.indexOf('>', begin) + 1, dom.indexOf("</pre>", begin));
  }

  @Test
  void theBrowserHasNothingToComplainOf() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (RunServer server = new RunServer(folder.resolve("runs"), any)) {
      String root = "http://127.0.0.1:" + server.port();
      for (String address : List.of("/", "/run/quickstart/")) {
        Chromium.Visit visit = chromium.visit(root + address);

        assertThat(visit.dom()).as(address).contains("SimMIM");
        assertThat(visit.complaints()).as(address).isEmpty();
      }
    }
  }
}
