package dev.mto.bench.study;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import dev.mto.evaluation.curve.SeedSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The paper's figures on a study's results, as charts and as PNG files. */
record StudyFigures(Outcomes outcomes, Path folder) {
  /**
   * Accuracy against epochs of pre-training (Fig. 4), one picture a baseline with such curves, and
   * points of variants that are measured once.
   */
  List<LineChart> accuracy(Measurement.Kind kind) throws IOException {
    List<LineChart> figures = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      LineChart chart =
          LineChart.of(
                  title(baseline) + ": accuracy by " + kind.title(),
                  "epoch of pre-training",
                  "top-1 accuracy (%)")
              .withWholeNumbers();
      List<Outcomes.Variant> measured =
          outcomes.shown(baseline).stream().filter(of -> !of.epochs(kind).isEmpty()).toList();
      for (Outcomes.Variant variant : measured) {
        SortedSet<Integer> epochs = variant.epochs(kind);
        List<SeedSummary> points =
            epochs.stream().map(epoch -> variant.accuracy(kind, epoch)).toList();
        chart = chart.with(curve(variant.name(), epochs, points, 100));
      }
      int last = measured.stream().mapToInt(of -> of.epochs(kind).last()).max().orElse(0);
      SeedSummary untrained = outcomes.variant(baseline, Cell.UNTRAINED).accuracy(kind, 0);
      if (untrained.n() > 0 && last > 0) {
        double[] level = {100 * untrained.mean(), 100 * untrained.mean()};
        chart = chart.with(Series.dashed("untrained", new double[] {0, last}, level));
      }
      if (measured.stream().anyMatch(of -> of.epochs(kind).size() > 1)) {
        Path png = folder.resolve("accuracy-" + kind.command() + "-" + baseline + ".png");
        chart.write(png);
        figures.add(chart);
      }
    }
    return figures;
  }

  /** A method's own, where a study has it under its name. */
  private static String title(String baseline) {
    Baseline method = Baselines.all().get(baseline);
    return method == null ? baseline : method.title();
  }

  private static Series curve(
      String name, SortedSet<Integer> epochs, List<SeedSummary> points, double unit) {
    return Series.dots(
            name,
            epochs.stream().mapToDouble(Integer::doubleValue).toArray(),
            points.stream().mapToDouble(point -> unit * point.mean()).toArray())
        .withSpread(points.stream().mapToDouble(point -> unit * point.deviation()).toArray());
  }

  /** The self-supervised loss by epoch, one picture a baseline. */
  List<LineChart> losses() throws IOException {
    List<LineChart> figures = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      LineChart chart =
          LineChart.of(title(baseline) + ": self-supervised loss", "epoch of pre-training", "loss")
              .withWholeNumbers();
      for (Outcomes.Variant variant : outcomes.shown(baseline)) {
        SortedSet<Integer> epochs =
            variant.seeds().stream()
                .flatMap(result -> result.losses().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        List<SeedSummary> points =
            epochs.stream().map(epoch -> variant.loss(result -> lossAfter(result, epoch))).toList();
        chart = chart.with(curve(variant.name(), epochs, points, 1));
      }
      chart.write(folder.resolve("loss-" + baseline + ".png"));
      figures.add(chart);
    }
    return figures;
  }

  private static OptionalDouble lossAfter(CellResult result, int epoch) {
    Double loss = result.losses().get(epoch);
    return loss == null ? OptionalDouble.empty() : OptionalDouble.of(loss);
  }

  /** H by layer, first against last checkpoint (Fig. 1b), one picture a baseline and group. */
  List<LineChart> heterogeneity() throws IOException {
    List<LineChart> figures = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      for (String group : groups(baseline)) {
        String title = title(baseline);
        String name = group.isEmpty() ? title : title + ", " + group + " decoder";
        LineChart chart =
            LineChart.of(name + ": heterogeneity", "layer (0: initial embedding)", "H (nats)")
                .withWholeNumbers();
        for (Outcomes.Variant variant : outcomes.shown(baseline)) {
          SortedSet<Integer> epochs = variant.heterogeneityEpochs();
          for (int epoch : new TreeSet<>(List.of(epochs.first(), epochs.last()))) {
            chart = chart.with(profile(variant, group, epoch));
          }
        }
        Path png =
            folder.resolve(
                "heterogeneity-" + baseline + (group.isEmpty() ? "" : "-" + group) + ".png");
        chart.write(png);
        figures.add(chart);
      }
    }
    return figures;
  }

  private List<String> groups(String baseline) {
    return outcomes.variants(baseline).stream()
        .flatMap(variant -> variant.seeds().stream())
        .flatMap(result -> result.heterogeneity().values().stream())
        .flatMap(byGroup -> byGroup.keySet().stream())
        .distinct()
        .toList();
  }

  private static Series profile(Outcomes.Variant variant, String group, int epoch) {
    List<SeedSummary> layers = variant.layers(CellResult::heterogeneity, epoch).get(group);
    return Series.dots(
            variant.name() + ", epoch " + epoch,
            IntStream.range(0, layers.size()).asDoubleStream().toArray(),
            layers.stream().mapToDouble(SeedSummary::mean).toArray())
        .withSpread(layers.stream().mapToDouble(SeedSummary::deviation).toArray());
  }
}
