package dev.mto.bench.study;

import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.Durations;
import dev.mto.engine.report.ReportPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;

/**
 * What a study shows: {@code report.html}, {@code tables.md}, {@code results.csv}, {@code
 * heterogeneity.csv}, {@code curves/} for {@code rauc}, and {@code figures/}.
 */
final class StudyReport {
  private final StudyConfig study;
  private final Map<Cell, CellResult> finished;
  private final int planned;
  private final CellStore store;
  private final Outcomes outcomes;

  StudyReport(StudyConfig study, Map<Cell, CellResult> finished, int planned, CellStore store) {
    this.study = study;
    this.finished = new LinkedHashMap<>();
    finished.forEach((cell, result) -> this.finished.put(cell, result.valid(cell.measurements())));
    this.planned = planned;
    this.store = store;
    this.outcomes =
        new Outcomes(List.copyOf(this.finished.values()), study.reference(), study.comparedWith());
  }

  /** The tables, as {@code tables.md} has them. */
  List<StudyTables.Table> tables() {
    List<StudyTables.Table> tables = new ArrayList<>();
    if (study.halving() != null) {
      HalvingTables halving = new HalvingTables(outcomes, study.halving(), study.grid());
      tables.add(halving.schedules());
      if (!halving.points().rows().isEmpty()) {
        tables.add(halving.points());
      }
    }
    tables.addAll(new StudyTables(outcomes).all());
    return tables;
  }

  /**
   * Writes everything into a folder.
   *
   * @return the page
   */
  Path write(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("figures"));
    Files.createDirectories(folder.resolve("curves"));
    writeCsv(folder.resolve("results.csv"), results());
    writeCsv(folder.resolve("heterogeneity.csv"), heterogeneity());
    writeCurves(folder.resolve("curves"));
    List<StudyTables.Table> tables = tables();
    AtomicFiles.writeString(
        folder.resolve("tables.md"),
        withdrawn()
            + tables.stream().map(StudyTables.Table::markdown).collect(Collectors.joining("\n")));
    StudyFigures figures = new StudyFigures(outcomes, folder.resolve("figures"));
    ReportPage page = new ReportPage("Study " + study.name(), subtitle());
    page.section("What was run", summary());
    if (!withdrawn().isEmpty()) {
      page.section("Withdrawn", new ReportPage.Section().text(withdrawn().strip()));
    }
    ReportPage.Section accuracy =
        new ReportPage.Section()
            .text(
                "Means over seeds; bars of one standard deviation, moved sideways so that none hides"
                    + " another. A PNG of each chart is in figures/.");
    for (Measurement.Kind kind : Measurement.Kind.values()) {
      accuracy.charts(figures.accuracy(kind));
    }
    page.section("Accuracy against epochs of pre-training (Fig. 4)", accuracy);
    for (StudyTables.Table table : tables) {
      page.section(
          table.title(),
          new ReportPage.Section().text(table.note()).table(table.header(), table.rows()));
    }
    page.section(
        "Self-supervised loss",
        new ReportPage.Section()
            .text(
                "Without MTO's terms, of validation images where there are any, else of training ones:"
                    + " means over seeds, bars of one standard deviation.")
            .charts(figures.losses()));
    page.section(
        "Heterogeneity, early and late (Fig. 1b)",
        new ReportPage.Section()
            .text(
                "H of masked against visible tokens by layer, in nats, at the first and the last point"
                    + " of measurement: means over seeds, bars of one standard deviation.")
            .charts(figures.heterogeneity()));
    page.section("Affinity of masked and visible tokens (Fig. 2)", affinity());
    Path html = folder.resolve("report.html");
    page.write(html);
    return html;
  }

  private String subtitle() {
    return "%s \u00b7 %d of %d cells finished \u00b7 pre-training on %s"
        .formatted(
            String.join(", ", outcomes.baselines()),
            finished.size(),
            planned,
            study.data().pretrain());
  }

  private String withdrawn() {
    return finished.keySet().stream()
            .flatMap(cell -> cell.measurements().stream())
            .anyMatch(Measurement::withdrawn)
        ? Measurement.REASON + "\n\n"
        : "";
  }

  private ReportPage.Section summary() {
    double seconds = finished.values().stream().mapToDouble(CellResult::allSeconds).sum();
    return new ReportPage.Section()
        .text(
            "%d of %d cells are finished; they took %s of computing, each on %d thread(s)."
                .formatted(finished.size(), planned, Durations.of(seconds), study.threads()))
        .text(
            "Pre-training on %s; classifiers trained on %s and measured on %s."
                .formatted(study.data().pretrain(), study.data().train(), study.data().test()))
        .text(
            "Programs: "
                + finished.values().stream()
                    .map(result -> "commit " + result.commit())
                    .distinct()
                    .collect(Collectors.joining(", "))
                + ".");
  }

  /** The affinity maps of each baseline's and variant's first seed. */
  private ReportPage.Section affinity() throws IOException {
    Map<String, Cell> first = new LinkedHashMap<>();
    for (Cell cell : finished.keySet()) {
      first.putIfAbsent(cell.baseline() + " " + cell.variant(), cell);
    }
    List<ReportPage.Captioned> pictures = new ArrayList<>();
    for (Cell cell : first.values()) {
      String caption =
          "%s, %s, seed %d, after epoch %d: masked tokens first, then visible ones"
              .formatted(cell.baseline(), cell.variant(), cell.seed(), cell.epochs().last());
      store
          .affinity(cell)
          .forEach(picture -> pictures.add(new ReportPage.Captioned(picture, caption)));
    }
    return new ReportPage.Section().pictures(pictures);
  }

  private List<List<?>> results() {
    List<List<?>> rows = new ArrayList<>();
    rows.add(List.of("baseline", "variant", "seed", "measure", "epoch", "top1", "hash", "commit"));
    for (CellResult of : finished.values()) {
      of.accuracy()
          .forEach(
              (measure, curve) ->
                  curve.forEach(
                      (epoch, top1) ->
                          rows.add(
                              List.of(
                                  of.baseline(),
                                  of.variant(),
                                  of.seed(),
                                  measure,
                                  epoch,
                                  top1,
                                  of.hash(),
                                  of.commit()))));
    }
    return rows;
  }

  private List<List<?>> heterogeneity() {
    List<List<?>> rows = new ArrayList<>();
    rows.add(List.of("baseline", "variant", "seed", "epoch", "tokens", "layer", "h", "bound"));
    for (CellResult of : finished.values()) {
      of.heterogeneity()
          .forEach(
              (epoch, groups) ->
                  groups.forEach(
                      (group, layers) -> {
                        for (int layer = 0; layer < layers.size(); layer++) {
                          rows.add(
                              List.of(
                                  of.baseline(),
                                  of.variant(),
                                  of.seed(),
                                  epoch,
                                  group,
                                  layer,
                                  layers.get(layer),
                                  of.bound()));
                        }
                      }));
    }
    return rows;
  }

  /** Files that {@code rauc} reads. */
  private void writeCurves(Path folder) throws IOException {
    for (Outcomes.Variant variant : outcomes.variants()) {
      for (Measurement.Kind kind : Measurement.Kind.values()) {
        List<List<?>> rows = new ArrayList<>();
        rows.add(List.of("epoch", "accuracy", "seed"));
        for (CellResult result : variant.seeds()) {
          result
              .curve(kind)
              .forEach((epoch, top1) -> rows.add(List.of(epoch, top1, result.seed())));
        }
        if (rows.size() > 1) {
          String name = variant.baseline() + "-" + variant.name() + "-" + kind.command();
          writeCsv(folder.resolve(name + ".csv"), rows);
        }
      }
    }
  }

  private static void writeCsv(Path file, List<List<?>> rows) throws IOException {
    AtomicFiles.writeString(
        file,
        rows.stream()
            .map(row -> CSVFormat.DEFAULT.format(row.toArray()) + "\n")
            .collect(Collectors.joining()));
  }
}
