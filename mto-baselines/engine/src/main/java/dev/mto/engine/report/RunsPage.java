package dev.mto.engine.report;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.pictures.Markup;
import dev.mto.engine.pictures.Numbers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page of all runs of a folder: what each is doing and how far it has come. */
public final class RunsPage {
  private static final List<String> HEADINGS =
      List.of(
          "run", "method", "status", "epoch", "loss", "reference", "k-NN", "time left", "begun");

  private static final List<String> NUMBERS =
      List.of("epoch", "loss", "reference", "k-NN", "time left");

  private RunsPage() {}

  /**
   * The start page of a server: a table of runs, each a link to {@code run/NAME/}.
   *
   * @param folder what is shown, for people
   * @param runs by name, in order
   * @param everySeconds after how long a browser loads the page anew
   */
  public static String html(String folder, Map<String, RunView> runs, int everySeconds) {
    String header =
        "<p class=\"what\">%d runs of %s \u00b7 %s \u00b7 renewed every %d s</p>\n"
            .formatted(
                runs.size(), Markup.escape(folder), RunHeader.time(Instant.now()), everySeconds);
    String compare =
        runs.size() < 2 ? "" : "<p><a href=\"/compare\">Compare runs side by side</a></p>\n";
    return Page.of("Runs", header)
        .refreshing(everySeconds)
        .with("All runs", runs.isEmpty() ? none() : table(runs) + compare)
        .html();
  }

  /**
   * A page on which runs are chosen to be compared.
   *
   * @param links HTML below the title
   */
  public static String choice(Collection<String> names, String links) {
    String boxes =
        names.stream()
            .map(
                name ->
                    "<p><label><input type=\"checkbox\" name=\"run\" value=\"%1$s\"> %1$s</label></p>\n"
                        .formatted(Markup.escape(name)))
            .collect(Collectors.joining());
    return Page.of("Compare runs", links)
        .with(
            "Which runs?",
            "<form action=\"/compare\">\n" + boxes + "<button>Compare</button>\n</form>")
        .html();
  }

  private static String none() {
    return Html.paragraph(
        "No run is here yet: a run is a folder with a config.yaml, as pretrain makes it.");
  }

  private static String table(Map<String, RunView> runs) {
    String head =
        HEADINGS.stream()
            .map(
                name ->
                    (NUMBERS.contains(name) ? "<th class=\"number\">" : "<th>") + name + "</th>")
            .collect(Collectors.joining());
    String rows =
        runs.entrySet().stream()
            .map(run -> "<tr>" + row(run.getKey(), run.getValue()) + "</tr>\n")
            .collect(Collectors.joining());
    return "<table class=\"runs\">\n<thead><tr>%s</tr></thead>\n<tbody>\n%s</tbody></table>\n"
        .formatted(head, rows);
  }

  private static String row(String name, RunView run) {
    String link = "<td><a href=\"%s\">%s</a></td>".formatted(path(name), Markup.escape(name));
    try {
      return link + figures(run);
    } catch (UserException | FileException e) {
      return link + cell(1, "", e.getMessage());
    }
  }

  /** The address of a run's page. */
  public static String path(String name) {
    return Stream.of(name.split("/"))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/", "/run/", "/"));
  }

  private static String figures(RunView run) {
    RunMetrics metrics = run.metrics();
    RunFacts facts = run.facts();
    Progress progress = Progress.of(metrics, facts);
    RunState state = run.state();
    double knn = metrics.curve(RunMetrics.KNN).latest();
    String epoch = progress.epoch();
    return cell(1, "", facts.method())
        + cell(2, state.title(), state.title())
        + cell(3, "number", epoch.isEmpty() ? "" : epoch + " of " + facts.epochs())
        + cell(4, "number", recent(metrics, Summary.lossField(metrics)))
        + cell(5, "number", recent(metrics, RunMetrics.REFERENCE))
        + cell(6, "number", Double.isNaN(knn) ? "" : Numbers.percent(knn))
        + cell(7, "number", state == RunState.RUNNING ? progress.left() : "")
        + cell(8, "", facts.started());
  }

  static String recent(RunMetrics metrics, String field) {
    return metrics.has(field) ? Numbers.of(metrics.curve(field).recent()) : "";
  }

  private static String cell(int column, String cssClass, String text) {
    return "<td data-name=\"%s\"%s>%s</td>"
        .formatted(
            HEADINGS.get(column),
            cssClass.isEmpty() ? "" : " class=\"" + cssClass + "\"",
            Markup.escape(text));
  }
}
