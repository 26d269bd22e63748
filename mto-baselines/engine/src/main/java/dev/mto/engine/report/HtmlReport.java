package dev.mto.engine.report;

import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    byte[] html = html(runFolder).getBytes(StandardCharsets.UTF_8);
    AtomicFiles.write(page, temporary -> Files.write(temporary, html));
    return page;
  }

  private static String html(Path runFolder) throws IOException {
    RunMetrics metrics = RunMetrics.read(runFolder.resolve("metrics.jsonl"));
    CurveSections curves = new CurveSections(metrics);
    PictureSections pictures = PictureSections.in(runFolder.resolve("pictures"));
    String content =
        new Summary(metrics).html()
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
    return PageTemplate.fill(runFolder.toAbsolutePath().normalize().getFileName() + "", content);
  }

  private static String configuration(Path file) throws IOException {
    return Files.exists(file) ? "<pre>" + Html.escape(Files.readString(file)) + "</pre>" : "";
  }

  private static String provenance(Path file) throws IOException {
    return Files.exists(file) ? new ProvenanceTable(Files.readString(file)).html() : "";
  }
}
