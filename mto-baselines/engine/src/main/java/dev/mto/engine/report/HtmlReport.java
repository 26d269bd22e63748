package dev.mto.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The page {@code report.html} of a run: one file that needs no other and no network. It is made
 * from the run's folder alone, so it can be made again at any time, during training too.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * Writes {@code report.html} into a run's folder, replacing an older one. Reads {@code
   * metrics.jsonl}, {@code config.yaml}, {@code provenance.json} and {@code pictures/*.png}; a
   * section whose file or field is absent is left out.
   *
   * @return the page's path
   * @throws IllegalArgumentException if {@code runFolder} is no folder, or a line of the metrics
   *     other than the last is broken
   */
  public static Path write(Path runFolder) throws IOException {
    if (!Files.isDirectory(runFolder)) {
      throw new IllegalArgumentException(
          "no run folder at %s: give the folder that a training run wrote".formatted(runFolder));
    }
    Path page = runFolder.resolve("report.html");
    String title = String.valueOf(runFolder.toAbsolutePath().normalize().getFileName());
    Html.write(page, title, content(runFolder));
    return page;
  }

  private static String content(Path runFolder) throws IOException {
    RunMetrics metrics = RunMetrics.read(runFolder.resolve("metrics.jsonl"));
    CurveSections curves = new CurveSections(metrics);
    PictureSections pictures = PictureSections.in(runFolder.resolve("pictures"));
    return new Summary(metrics).html()
        + leftOut(runFolder.resolve("bad-images.txt"))
        + curves.loss()
        + pictures.reconstructions()
        + new HeterogeneitySection(metrics).html()
        + pictures.affinity()
        + curves.terms()
        + curves.quality()
        + curves.maskToken()
        + curves.optimization()
        + pictures.others()
        + Html.section("Configuration", configuration(runFolder.resolve("config.yaml")))
        + Html.section("Provenance", provenance(runFolder.resolve("provenance.json")));
  }

  private static String leftOut(Path list) throws IOException {
    if (Files.notExists(list)) {
      return "";
    }
    return "<p class=\"warning\">%d images could not be read and were left out: bad-images.txt.</p>\n"
        .formatted(Files.readAllLines(list).size());
  }

  private static String configuration(Path file) throws IOException {
    return Files.exists(file) ? "<pre>" + Html.escape(Files.readString(file)) + "</pre>" : "";
  }

  /** A table of dotted names and values; the text itself where it is no JSON. */
  private static String provenance(Path file) throws IOException {
    if (Files.notExists(file)) {
      return "";
    }
    String json = Files.readString(file);
    StringBuilder rows = new StringBuilder();
    try {
      addRows(rows, "", new JsonMapper().readTree(json));
    } catch (JsonProcessingException e) {
      return "<pre>" + Html.escape(json) + "</pre>";
    }
    return rows.isEmpty() ? "" : "<table>\n" + rows + "</table>";
  }

  private static void addRows(StringBuilder rows, String name, JsonNode value) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(
              field ->
                  addRows(
                      rows,
                      name.isEmpty() ? field.getKey() : name + "." + field.getKey(),
                      field.getValue()));
      return;
    }
    String text = value.isValueNode() ? value.asText() : value.toString();
    rows.append(
        "<tr><th>%s</th><td>%s</td></tr>\n".formatted(Html.escape(name), Html.escape(text)));
  }
}
