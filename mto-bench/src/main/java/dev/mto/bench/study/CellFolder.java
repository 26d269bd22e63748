package dev.mto.bench.study;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of a cell: {@code pretrain.yaml} (a {@code config.yaml} would make a run of it),
 * recipes, {@link CellSteps}, {@code log.txt}, and what measurements wrote.
 *
 * @param run of its pre-training, which cells share that are measured in other ways
 */
record CellFolder(Path root, Path run) {
  Path log() {
    return root.resolve("log.txt");
  }

  /** Figures of a measurement. */
  Path figures(Measurement.Kind kind, int epoch) {
    return root.resolve(kind.command() + "-epoch-" + epoch + ".json");
  }

  /** Pictures of a checkpoint. */
  Path pictures(int epoch) {
    return root.resolve("pictures-epoch-" + epoch);
  }

  Path heterogeneity(int epoch) {
    return root.resolve("heterogeneity-epoch-" + epoch + ".json");
  }

  Path result() {
    return root.resolve("cell.json");
  }

  private Path config() {
    return root.resolve("pretrain.yaml");
  }

  private Path recipe(Measurement.Kind kind) {
    return root.resolve(kind.command() + ".yaml");
  }

  /** Writes what the cell's process needs. */
  void prepare(Cell cell, StudyConfig.Data data) {
    try {
      Files.createDirectories(root);
      if (Files.isSymbolicLink(log())) {
        Files.delete(log()); // the process would append to what it leads to
      }
      AtomicFiles.writeString(config(), ConfigLoader.write(cell.config()));
      for (Measurement measurement : cell.measurements()) {
        if (!measurement.recipe().isEmpty()) {
          AtomicFiles.writeString(recipe(measurement.kind()), measurement.recipe());
        }
      }
      new CellSteps(root).write(steps(cell, data));
    } catch (IOException e) {
      throw FileException.writing(root, e);
    }
  }

  private List<CellSteps.Step> steps(Cell cell, StudyConfig.Data data) {
    List<CellSteps.Step> steps = new ArrayList<>();
    steps.add(
        new CellSteps.Step(
            "pretrain",
            List.of(
                "pretrain", "--config", config().toString(), "--out", run.toString(), "--resume")));
    for (Measurement measurement : cell.measurements()) {
      measurement.epochs().forEach(epoch -> steps.add(evaluate(cell, measurement, epoch, data)));
    }
    for (int epoch : cell.epochs()) {
      String figures = heterogeneity(epoch).toString();
      steps.add(analyze("heterogeneity", epoch, data, "--json", figures));
    }
    steps.add(analyze("affinity", cell.epochs().last(), data));
    return steps;
  }

  private CellSteps.Step evaluate(
      Cell cell, Measurement measurement, int epoch, StudyConfig.Data data) {
    Measurement.Kind kind = measurement.kind();
    List<String> arguments = new ArrayList<>(List.of("evaluate", kind.command()));
    arguments.addAll(checkpoint(epoch));
    arguments.addAll(List.of("--train", data.train(), "--val", data.test()));
    arguments.addAll(List.of("--json", figures(kind, epoch).toString()));
    if (measurement.block() != null) {
      arguments.addAll(List.of("--block", measurement.block().toString()));
    }
    if (kind == Measurement.Kind.KNN) {
      arguments.addAll(List.of("--untrained", "0"));
    } else if (measurement.recipe().isEmpty()) {
      arguments.addAll(List.of("--cached", "--twins", "0", "--seed", Long.toString(cell.seed())));
    } else {
      Path out = root.resolve(kind.command() + "-epoch-" + epoch);
      arguments.addAll(
          List.of("--recipe", recipe(kind).toString(), "--out", out.toString(), "--resume"));
    }
    return new CellSteps.Step(kind.command() + " after epoch " + epoch, arguments);
  }

  private CellSteps.Step analyze(String what, int epoch, StudyConfig.Data data, String... more) {
    List<String> arguments = new ArrayList<>(List.of("analyze", what));
    arguments.addAll(checkpoint(epoch));
    arguments.addAll(List.of("--images", data.test(), "--out", pictures(epoch).toString()));
    arguments.addAll(List.of(more));
    return new CellSteps.Step(what + " after epoch " + epoch, arguments);
  }

  /** The kept checkpoint; an untrained run has its only one. */
  private List<String> checkpoint(int epoch) {
    return epoch == 0
        ? List.of("--run", run.toString())
        : List.of("--run", run.toString(), "--checkpoint", Integer.toString(epoch));
  }
}
