package dev.mto.bench.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The commands that make a cell: the same that a user would type. */
record CellSteps(Cell cell, CellFolder folder, StudyConfig.Data data) {
  List<Step> all() {
    List<Step> steps = new ArrayList<>();
    steps.add(pretrain());
    for (Measurement measurement : cell.measurements()) {
      measurement.epochs().forEach(epoch -> steps.add(measure(measurement, epoch)));
    }
    cell.epochs().forEach(epoch -> steps.add(heterogeneity(epoch)));
    steps.add(affinity(cell.epochs().last()));
    return steps;
  }

  private Step pretrain() {
    return new Step(
        "pretrain",
        List.of(
            "pretrain", "--config", folder.config().toString(), "--out", folder.run().toString()),
        folder.run().toString());
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

  private Step heterogeneity(int epoch) {
    List<String> arguments = new ArrayList<>(List.of("analyze", "heterogeneity"));
    arguments.addAll(seen(epoch, folder.pictures(epoch)));
    arguments.addAll(List.of("--json", folder.heterogeneity(epoch).toString()));
    return new Step("heterogeneity after epoch " + epoch, arguments, "");
  }

  private Step affinity(int epoch) {
    List<String> arguments = new ArrayList<>(List.of("analyze", "affinity"));
    arguments.addAll(seen(epoch, folder.pictures(epoch)));
    return new Step("affinity after epoch " + epoch, arguments, "");
  }

  private List<String> seen(int epoch, Path pictures) {
    List<String> arguments = new ArrayList<>(checkpoint(epoch));
    arguments.addAll(List.of("--images", data.test(), "--out", pictures.toString()));
    return arguments;
  }

  /** The kept checkpoint; an untrained run has its only one. */
  private List<String> checkpoint(int epoch) {
    return epoch == 0
        ? List.of("--run", folder.run().toString())
        : List.of("--run", folder.run().toString(), "--checkpoint", Integer.toString(epoch));
  }
}
