package dev.mto.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Markup;
import dev.mto.engine.pictures.Numbers;
import dev.mto.engine.pictures.Series;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Several runs on one page: their losses, H and accuracies in the same charts over epochs, the
 * settings in which they differ, and what they reconstruct side by side.
 */
public final class ComparePage {
  private final Map<String, Compared> runs = new LinkedHashMap<>();

  /** What is shown of a run, read once. */
  private record Compared(RunView view, RunMetrics metrics, RunFacts facts) {
    /** A field over epochs. */
    Series line(String name, String field) {
      DownsampledCurve curve = metrics.curve(field);
      return Series.line(name, epochs(curve), curve.y());
    }

    double[] epochs(DownsampledCurve curve) {
      double perStep = metrics.epochs() > 0 ? metrics.epochs() / metrics.step() : 1;
      return Arrays.stream(curve.x()).map(step -> step * perStep).toArray();
    }
  }

  /**
   * A comparison of runs.
   *
   * @param named at least one run by the name to show, in order
   */
  public ComparePage(Map<String, RunView> named) {
    named.forEach((name, view) -> runs.put(name, new Compared(view, view.metrics(), view.facts())));
  }

  /** Writes the page, replacing an older one. */
  public void write(Path file) {
    AtomicFiles.writeString(file, html(""));
  }

  /**
   * The page.
   *
   * @param links HTML below the title, empty for none
   */
  public String html(String links) {
    String title = runs.size() + " runs compared";
    return Page.of(
            title,
            links
                + "<p class=\"what\">"
                + Markup.escape(String.join(" \u00b7 ", runs.keySet()))
                + "</p>\n")
        .with("Runs", summary())
        .with("Settings that differ", settings())
        .with("Losses", losses())
        .with("Heterogeneity of masked and visible tokens", heterogeneity())
        .with("Terms of Masked Token Optimization", terms())
        .with("Accuracy", accuracy())
        .with("Reconstructions", reconstructions())
        .html();
  }

  private String summary() {
    List<List<String>> rows = new ArrayList<>();
    runs.forEach(
        (name, run) -> {
          RunMetrics metrics = run.metrics();
          double held = metrics.curve(RunMetrics.VALIDATION_LOSS).latest();
          double knn = metrics.curve(RunMetrics.KNN).latest();
          Progress progress = Progress.of(metrics, run.facts());
          rows.add(
              List.of(
                  name,
                  run.facts().method(),
                  run.view().state().title(),
                  progress.epoch(),
                  RunsPage.recent(metrics, Summary.lossField(metrics)),
                  RunsPage.recent(metrics, RunMetrics.REFERENCE),
                  Double.isNaN(held) ? "" : Numbers.of(held),
                  Double.isNaN(knn) ? "" : Numbers.percent(knn),
                  RunsPage.recent(metrics, RunMetrics.SPEED)));
        });
    return Html.table(
        List.of(
            "run",
            "method",
            "status",
            "epochs",
            "loss",
            "reference",
            "held-out loss",
            "k-NN",
            "images/s"),
        rows);
  }

  /** Where all runs have a setting it is shown; options of one method are folded. */
  private String settings() {
    List<JsonNode> trees = runs.values().stream().map(run -> run.facts().config()).toList();
    List<List<String>> rows = Settings.differing(trees);
    List<String> header = new ArrayList<>(List.of("setting"));
    header.addAll(runs.keySet());
    Map<Boolean, List<List<String>>> byAll =
        rows.stream().collect(Collectors.partitioningBy(row -> !row.contains("")));
    return rows.isEmpty()
        ? Html.paragraph("None: the runs have the same configuration.")
        : Html.table(header, byAll.get(true))
            + Html.folded(
                "Settings that not all of the runs have", Html.table(header, byAll.get(false)));
  }

  /** Losses of one method are in one chart; those of different methods have different units. */
  private String losses() {
    Set<String> methods = new LinkedHashSet<>();
    runs.values().forEach(run -> methods.add(run.facts().title()));
    StringBuilder charts = new StringBuilder();
    for (String method : methods) {
      String of = methods.size() > 1 ? ", " + method : "";
      charts.append(overlay("Self-supervised loss" + of, method, RunMetrics.SELF_SUPERVISED));
      charts.append(overlay("Loss of held-out images" + of, method, RunMetrics.VALIDATION_LOSS));
    }
    String note =
        methods.size() > 1
            ? "Losses of different methods are in different units and stand apart."
            : "A lower loss is not yet a better encoder, and losses under different masks do not"
                + " compare.";
    return charts.isEmpty() ? "" : Html.paragraph(note) + two(charts);
  }

  private String overlay(String title, String method, String field) {
    LineChart chart = LineChart.of(title, "epoch", "loss").withWholeNumbers();
    for (Map.Entry<String, Compared> run : runs.entrySet()) {
      if (run.getValue().facts().title().equals(method) && run.getValue().metrics().has(field)) {
        chart = chart.with(run.getValue().line(run.getKey(), field));
      }
    }
    return chart.html(LineChart.Width.HALF);
  }

  private static String two(StringBuilder charts) {
    return charts.isEmpty() ? "" : "<div class=\"grid two\">\n" + charts + "</div>\n";
  }

  /** H of the last measurement by layer, as a share of its bound where bounds differ. */
  private String heterogeneity() {
    boolean shares =
        runs.values().stream()
                .mapToDouble(run -> run.metrics().curve(RunMetrics.BOUND).latest())
                .filter(Double::isFinite)
                .map(bound -> Math.round(1e3 * bound))
                .distinct()
                .count()
            > 1;
    String unit = shares ? "H / ln V" : "H (nats)";
    LineChart byDepth =
        LineChart.of("H by layer, last measurement", "layer (0: initial embedding)", unit)
            .withWholeNumbers();
    LineChart deepest = LineChart.of("H of the last layer", "epoch", unit).withWholeNumbers();
    for (Map.Entry<String, Compared> run : runs.entrySet()) {
      Compared compared = run.getValue();
      double bound = shares ? compared.metrics().curve(RunMetrics.BOUND).latest() : 1;
      for (Map.Entry<String, LayerCurves> group : compared.metrics().heterogeneity().entrySet()) {
        String name = run.getKey() + group.getKey().replace('.', ' ');
        List<Series> profiles = group.getValue().profiles();
        Series last = profiles.get(profiles.size() - 1);
        byDepth = byDepth.with(Series.dots(name, last.x(), over(last.y(), bound)));
        List<DownsampledCurve> layers = group.getValue().layers();
        DownsampledCurve curve = layers.get(layers.size() - 1);
        deepest = deepest.with(Series.line(name, compared.epochs(curve), over(curve.y(), bound)));
      }
    }
    if (byDepth.isEmpty()) {
      return "";
    }
    String note =
        shares
            ? "H as a share of its bound ln V, since the runs have different numbers V of visible"
                + " tokens."
            : "H is at most ln V for V visible tokens.";
    return Html.paragraph(note)
        + two(
            new StringBuilder(byDepth.html(LineChart.Width.HALF))
                .append(deepest.html(LineChart.Width.HALF)));
  }

  private static double[] over(double[] values, double bound) {
    return Arrays.stream(values).map(value -> value / bound).toArray();
  }

  private String terms() {
    Set<String> fields = new LinkedHashSet<>();
    runs.values()
        .forEach(
            run ->
                run.metrics().curves().keySet().stream()
                    .filter(MtoTerm::isTerm)
                    .forEach(fields::add));
    StringBuilder charts = new StringBuilder();
    for (String field : fields) {
      LineChart chart =
          LineChart.of(MtoTerm.title(field), "epoch", MtoTerm.unit(field)).withWholeNumbers();
      for (Map.Entry<String, Compared> run : runs.entrySet()) {
        if (run.getValue().metrics().has(field)) {
          chart = chart.with(run.getValue().line(run.getKey(), field));
        }
      }
      charts.append(chart.html(LineChart.Width.THIRD));
    }
    return Html.grid(charts.toString());
  }

  private String accuracy() {
    LineChart chart =
        LineChart.of("k-NN on frozen features", "epoch", "top-1 (%)").withWholeNumbers();
    for (Map.Entry<String, Compared> run : runs.entrySet()) {
      RunMetrics metrics = run.getValue().metrics();
      if (metrics.has(RunMetrics.KNN)) {
        Series percent = CurveSections.accuracies(metrics, run.getKey());
        double[] epochs = run.getValue().epochs(metrics.curve(RunMetrics.KNN));
        chart = chart.with(Series.dots(run.getKey(), epochs, percent.y()));
      }
    }
    return two(new StringBuilder(chart.html(LineChart.Width.HALF))) + evaluations();
  }

  /** What {@code evaluate} left in the runs' folders: top-1 by job. */
  private String evaluations() {
    Map<String, Map<String, Double>> jobs = new TreeMap<>();
    runs.forEach(
        (name, run) ->
            Evaluations.of(run.view().folder())
                .forEach(
                    (job, top1) ->
                        jobs.computeIfAbsent(job, key -> new LinkedHashMap<>()).put(name, top1)));
    List<List<String>> rows = new ArrayList<>();
    jobs.forEach(
        (job, byRun) -> {
          List<String> row = new ArrayList<>(List.of(job));
          runs.keySet()
              .forEach(
                  run -> row.add(byRun.containsKey(run) ? Numbers.percent(byRun.get(run)) : ""));
          rows.add(row);
        });
    List<String> header = new ArrayList<>(List.of("evaluate, top-1"));
    header.addAll(runs.keySet());
    return Html.table(header, rows);
  }

  private String reconstructions() {
    StringBuilder html = new StringBuilder();
    runs.forEach(
        (name, run) ->
            html.append(
                PictureSections.in(run.view().folder().resolve("pictures"))
                    .latestReconstruction(
                        name + ": original, masked input, visible + predicted, raw prediction")));
    return two(html);
  }
}
