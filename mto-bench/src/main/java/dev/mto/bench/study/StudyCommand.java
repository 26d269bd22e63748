package dev.mto.bench.study;

import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.folder.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code study}. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a grid of baselines, variants and seeds: pre-trains each cell, measures its encoder along"
          + " the schedule, and compares. Finished cells are never run again; after Ctrl-C or a"
          + " crash the same command goes on. Writes report.html, tables.md, results.csv and the"
          + " paper's figures."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto study configs/studies/fashion-mini.yaml",
      "  ./mto study configs/studies/fashion.yaml --plan",
      "  ./mto study configs/studies/fashion.yaml --set side_by_side=4 --set threads=2",
      "  ./mto study configs/studies/fashion.yaml --report --into docs/RESULTS.md"
    })
public final class StudyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "Study in YAML; configs/studies holds examples.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key of the study, e.g. --set side_by_side=4. Repeatable.")
  private List<String> settings = List.of();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Folder of runs and report (default: the study's out, else runs/studies/NAME).")
  private Path out;

  @Option(names = "--plan", description = "Lists the cells and which are finished; runs nothing.")
  private boolean plan;

  @Option(names = "--report", description = "Writes the report of what is finished; runs nothing.")
  private boolean report;

  @Option(
      names = "--into",
      paramLabel = "FILE",
      description = {
        "A Markdown file whose tables between '<!-- study NAME: TITLE -->' and '<!-- end -->' are"
            + " replaced by the study's tables of these titles. Repeatable."
      })
  private List<Path> documents = List.of();

  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() throws IOException {
    StudyConfig study = StudyConfig.read(file, settings).in(out);
    StudyImages images = StudyImages.of(study);
    List<Cell> cells = StudyPlan.of(study, images);
    CellStore store =
        new CellStore(study.folder(), study.results() == null ? null : Path.of(study.results()));
    StudyJob job = new StudyJob(study, cells, store, System.out);
    System.out.printf(
        "study %s: %d cells, %d finished; %s%n",
        study.name(), cells.size(), job.finished().size(), job.timeLeft());
    images
        .missing()
        .forEach(
            reason ->
                System.out.println(
                    "images not found, so that their identity is not checked: " + reason));
    if (plan) {
      cells.forEach(
          cell ->
              System.out.printf(
                  "  %-40s %s  %s%n",
                  cell.id(),
                  cell.hash(),
                  job.finished().containsKey(cell) ? "finished" : "to run"));
      json.write(figures(study, cells, job));
      return 0;
    }
    Files.createDirectories(study.folder());
    if (!report) {
      if (job.finished().size() < cells.size()) {
        images.requireHere();
      }
      if (study.results() != null && images.missing().isEmpty()) {
        images.keep(Path.of(study.results()));
      }
      if (!runLocked(study, job)) {
        return StopSignal.EXIT_CODE;
      }
    }
    if (job.finished().isEmpty() && !job.failed().isEmpty()) {
      json.write(figures(study, cells, job));
      return 1;
    }
    if (job.finished().isEmpty()) {
      throw new UserException(
          study.folder() + ": no cell is finished, so there is nothing to show");
    }
    StudyReport written = new StudyReport(study, job.finished(), cells.size(), store);
    System.out.println(written.write(study.folder()));
    for (Path document : documents) {
      MarkedTables.replace(document, study.name(), written.tables());
      System.out.println(document);
    }
    json.write(figures(study, cells, job));
    return job.failed().isEmpty() ? 0 : 1;
  }

  private static Map<String, Object> figures(StudyConfig study, List<Cell> cells, StudyJob job) {
    List<Map<String, String>> rows = new ArrayList<>();
    for (Cell cell : cells) {
      Map<String, String> row = new LinkedHashMap<>();
      row.put("id", cell.id());
      row.put("hash", cell.hash());
      row.put("state", state(cell, job));
      rows.add(row);
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("study", study.name());
    figures.put("folder", study.folder().toString());
    figures.put("finished", job.finished().size());
    figures.put("failed", job.failed().size());
    figures.put("cells", rows);
    return figures;
  }

  private static String state(Cell cell, StudyJob job) {
    if (job.finished().containsKey(cell)) {
      return "finished";
    }
    return job.failed().contains(cell) ? "failed" : "to run";
  }

  /** Two processes in one folder would write over each other. */
  @SuppressWarnings("try")
  private static boolean runLocked(StudyConfig study, StudyJob job) {
    try (FolderLock lock = FolderLock.of(study.folder())) {
      for (String written : List.of("", "curves", "figures")) {
        AtomicFiles.sweep(study.folder().resolve(written));
      }
      return job.run();
    }
  }
}
