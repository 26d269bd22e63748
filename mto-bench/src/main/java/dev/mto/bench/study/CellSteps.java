package dev.mto.bench.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The commands that make a cell: the same that a user would type. */
record CellSteps(Cell cell, CellFolder folder, StudyConfig.Data data) {
  /**
   * A command of a cell.
   *
   * @param name unique in the cell
   * @param arguments of the command line
   * @param folder that it resumes in, where it exists already; empty for a command that starts anew
   */
  record Step(String name, List<String> arguments, String folder) {
    /** The command line, to begin or to go on. */
    List<String> commandLine() {
      return folder.isEmpty() || !Files.exists(Path.of(folder))
          ? arguments
          : Stream.concat(arguments.stream(), Stream.of("--resume")).toList();
    }
  }

  List<Step> all() {
    List<Step> steps = new ArrayList<>();
    String run = folder.run().toString();
    List<String> pretrain =
        List.of("pretrain", "--config", folder.config().toString(), "--out", run);
    steps.add(new Step("pretrain", pretrain, run));
    for (Measurement measurement : cell.measurements()) {
      measurement.epochs().forEach(epoch -> steps.add(measure(measurement, epoch)));
    }
    for (int epoch : cell.epochs()) {
      String figures = folder.heterogeneity(epoch).toString();
      steps.add(analyze("heterogeneity", epoch, "--json", figures));
    }
    steps.add(analyze("affinity", cell.epochs().last()));
    return steps;
  }

  private Step measure(Measurement measurement, int epoch) {
    Measurement.Kind kind = measurement.kind();
    List<String> arguments = new ArrayList<>(List.of("evaluate", kind.command()));
    arguments.addAll(checkpoint(epoch));
    arguments.addAll(List.of("--train", data.train(), "--val", data.test()));
    String figures = folder.figures(kind, epoch).toString();
    arguments.addAll(List.of("--json", figures));
    String resumed = "";
    if (kind == Measurement.Kind.KNN) {
      arguments.addAll(List.of("--untrained", "0"));
    } else {
      resumed = folder.classifier(kind, epoch).toString();
      arguments.addAll(List.of("--recipe", folder.recipe(kind).toString(), "--out", resumed));
    }
    return new Step(kind.command() + " after epoch " + epoch, arguments, resumed);
  }

  private Step analyze(String what, int epoch, String... more) {
    List<String> arguments = new ArrayList<>(List.of("analyze", what));
    arguments.addAll(checkpoint(epoch));
    arguments.addAll(List.of("--images", data.test()));
    arguments.addAll(List.of("--out", folder.pictures(epoch).toString()));
    arguments.addAll(List.of(more));
    return new Step(what + " after epoch " + epoch, arguments, "");
  }

  /** The kept checkpoint; an untrained run has its only one. */
  private List<String> checkpoint(int epoch) {
    return epoch == 0
        ? List.of("--run", folder.run().toString())
        : List.of("--run", folder.run().toString(), "--checkpoint", Integer.toString(epoch));
  }
}
