package dev.mto.bench.study;

import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import dev.mto.engine.report.ReportPage;
import dev.mto.evaluation.curve.SeedSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.IntStream;

/** The paper's figures on a study's results, as PNG files. */
record StudyFigures(Outcomes outcomes, Path folder) {
  /** Accuracy against epochs of pre-training (Fig. 4), one picture a baseline with such curves. */
  List<ReportPage.Captioned> accuracy(Measurement.Kind kind) throws IOException {
    List<ReportPage.Captioned> figures = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      LineChart chart =
          LineChart.of(
              baseline + ": accuracy by " + kind.title(),
              "epoch of pre-training",
              "top-1 accuracy (%)");
      int last = 0;
      for (String variant : outcomes.shown(baseline)) {
        SortedSet<Integer> epochs = outcomes.epochs(baseline, variant, kind);
        if (epochs.size() > 1) {
          last = Math.max(last, epochs.last());
          chart = chart.with(curve(baseline, variant, kind, epochs));
        }
      }
      SeedSummary untrained = outcomes.accuracy(baseline, Cell.UNTRAINED, kind, 0);
      if (untrained.n() > 0 && last > 0) {
        chart = chart.with(level("untrained", untrained.mean(), last));
      }
      if (last > 0) {
        Path png = folder.resolve("accuracy-" + kind.command() + "-" + baseline + ".png");
        chart.write(png);
        figures.add(
            new ReportPage.Captioned(
                png,
                baseline
                    + ": top-1 accuracy by "
                    + kind.title()
                    + ", mean over seeds, bars of one standard deviation"));
      }
    }
    return figures;
  }

  private static Series level(String name, double share, int last) {
    return Series.dashed(name, new double[] {0, last}, new double[] {100 * share, 100 * share});
  }

  private Series curve(
      String baseline, String variant, Measurement.Kind kind, SortedSet<Integer> epochs) {
    List<SeedSummary> points =
        epochs.stream().map(e -> outcomes.accuracy(baseline, variant, kind, e)).toList();
    return Series.dots(
            variant,
            epochs.stream().mapToDouble(Integer::doubleValue).toArray(),
            points.stream().mapToDouble(point -> 100 * point.mean()).toArray())
        .withSpread(points.stream().mapToDouble(point -> 100 * point.deviation()).toArray());
  }

  /** H by layer, first against last checkpoint (Fig. 1b), one picture a baseline and group. */
  List<ReportPage.Captioned> heterogeneity() throws IOException {
    List<ReportPage.Captioned> figures = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      for (String group : groups(baseline)) {
        String name = group.isEmpty() ? baseline : baseline + ", " + group + " decoder";
        LineChart chart =
            LineChart.of(
                name + ": heterogeneity", "layer depth (0: initial embedding)", "H (nats)");
        for (String variant : outcomes.shown(baseline)) {
          SortedSet<Integer> epochs = outcomes.heterogeneityEpochs(baseline, variant);
          chart = chart.with(profile(baseline, variant, group, epochs.first()));
          if (epochs.size() > 1) {
            chart = chart.with(profile(baseline, variant, group, epochs.last()));
          }
        }
        Path png =
            folder.resolve(
                "heterogeneity-" + baseline + (group.isEmpty() ? "" : "-" + group) + ".png");
        chart.write(png);
        figures.add(
            new ReportPage.Captioned(
                png, name + ": H of masked against visible tokens by layer, first and last point"));
      }
    }
    return figures;
  }

  private List<String> groups(String baseline) {
    return outcomes.variants(baseline).stream()
        .flatMap(variant -> outcomes.seeds(baseline, variant).stream())
        .flatMap(result -> result.heterogeneity().values().stream())
        .flatMap(byGroup -> byGroup.keySet().stream())
        .distinct()
        .toList();
  }

  private Series profile(String baseline, String variant, String group, int epoch) {
    List<SeedSummary> layers = outcomes.heterogeneity(baseline, variant, epoch).get(group);
    return Series.dots(
            variant + ", epoch " + epoch,
            IntStream.range(0, layers.size()).asDoubleStream().toArray(),
            layers.stream().mapToDouble(SeedSummary::mean).toArray())
        .withSpread(layers.stream().mapToDouble(SeedSummary::deviation).toArray());
  }
}
