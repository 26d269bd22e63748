package dev.mto.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Markup;
import dev.mto.engine.pictures.Numbers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run that is looked at again and again, while it goes on or later: each look reads what was
 * logged since the last one. Everything comes from the run's folder; a section whose file or field
 * is absent is left out.
 */
public final class RunView {
  private final Path folder;
  private final MetricsFollower follower;

  /**
   * A view of a run.
   *
   * @throws IllegalArgumentException if {@code folder} is no folder
   */
  public RunView(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "no run folder at %s: give the folder that a training run wrote".formatted(folder));
    }
    this.folder = folder;
    this.follower = new MetricsFollower(folder.resolve("metrics.jsonl"));
  }

  /** The run's folder. */
  public Path folder() {
    return folder;
  }

  RunMetrics metrics() {
    return follower.read();
  }

  RunFacts facts() {
    return RunFacts.of(folder);
  }

  /** What the run is doing, as its folder tells. */
  public RunState state() {
    if (Progress.of(metrics(), facts()).done()) {
      return RunState.FINISHED;
    }
    return FolderLock.isHeld(folder) ? RunState.RUNNING : RunState.STOPPED;
  }

  /** The chart of its losses. */
  public LineChart lossChart() {
    return new CurveSections(metrics(), facts()).lossChart();
  }

  /**
   * Writes {@code report.html} into the run's folder, replacing an older one.
   *
   * @param state what the run is doing
   * @param message what ended it, or empty
   * @param everySeconds after how long a browser loads the page anew while the run goes on
   * @return the page's path
   * @throws dev.mto.engine.errors.UserException if a line of the metrics is broken
   */
  public Path write(RunState state, String message, int everySeconds) {
    Path page = folder.resolve("report.html");
    AtomicFiles.writeString(page, html(state, message, everySeconds, ""));
    return page;
  }

  /**
   * The page of the run.
   *
   * @param links HTML above the title, empty for none
   */
  public String html(RunState state, String message, int everySeconds, String links) {
    RunMetrics metrics = metrics();
    RunFacts facts = facts();
    CurveSections curves = new CurveSections(metrics, facts);
    PictureSections pictures = PictureSections.in(folder.resolve("pictures"));
    boolean running = state == RunState.RUNNING;
    return Page.of(
            facts.name(),
            links
                + new RunHeader(folder, facts, Progress.of(metrics, facts), state)
                    .html(message, everySeconds)
                + new Summary(metrics).html())
        .refreshing(running ? everySeconds : 0)
        .with("Loss", curves.loss())
        .with("Reconstructions", pictures.reconstructions())
        .with(
            "Heterogeneity of masked and visible tokens", new HeterogeneitySection(metrics).html())
        .with("Affinity of all token pairs", pictures.affinity())
        .with("Terms of Masked Token Optimization", curves.terms())
        .with("Accuracy", curves.accuracy() + evaluations())
        .with("Mask token", curves.maskToken())
        .with("Optimization", curves.optimization())
        .with("Other pictures", pictures.others())
        .with("Configuration", configuration(facts))
        .with("Provenance", provenance(facts))
        .html();
  }

  /** What {@code evaluate} has found of the run's encoder. */
  private String evaluations() {
    return Html.table(
        List.of("evaluate", "top-1"),
        Evaluations.of(folder).entrySet().stream()
            .map(job -> List.of(job.getKey(), Numbers.percent(job.getValue())))
            .toList());
  }

  private static String configuration(RunFacts facts) {
    if (facts.configText().isEmpty()) {
      return "";
    }
    String departures = "";
    JsonNode recipe = facts.recipe();
    if (!recipe.isMissingNode()) {
      List<List<String>> rows =
          Settings.differing(List.of(facts.config(), recipe)).stream()
              .filter(
                  row ->
                      !row.get(0)
                          .matches("baseline|data\\.(train|val|workers)|checkpoint\\..*|log\\..*"))
              .toList();
      departures =
          rows.isEmpty()
              ? Html.paragraph("All settings are those of the baseline's recipe.")
              : Html.paragraph("Where this run departs from the baseline's recipe:")
                  + Html.table(List.of("setting", "this run", "recipe"), rows);
    }
    return departures
        + Html.folded(
            "All settings (config.yaml)", "<pre>" + Markup.escape(facts.configText()) + "</pre>");
  }

  /** A table of dotted names and values; the text itself where it is no JSON. */
  private static String provenance(RunFacts facts) {
    if (facts.provenanceText().isEmpty()) {
      return "";
    }
    Map<String, JsonNode> rows = Settings.flat(facts.provenance());
    if (!facts.provenance().isObject()) {
      return "<pre>" + Markup.escape(facts.provenanceText()) + "</pre>";
    }
    return rows.isEmpty()
        ? ""
        : Html.folded(
            "Versions, seed, machine and identity of the images (provenance.json)",
            rows.entrySet().stream()
                .map(
                    row ->
                        "<tr><th>%s</th><td>%s</td></tr>\n"
                            .formatted(
                                Markup.escape(row.getKey()),
                                Markup.escape(
                                    row.getValue().isValueNode()
                                        ? row.getValue().asText()
                                        : row.getValue().toString())))
                .collect(
                    Collectors.joining(
                        "", "<div class=\"frame\"><table class=\"facts\">\n", "</table></div>\n")));
  }
}
