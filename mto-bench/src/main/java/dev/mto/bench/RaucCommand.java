package dev.mto.bench;

import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import dev.mto.evaluation.curve.AccuracyCurve;
import dev.mto.evaluation.curve.CurveFile;
import dev.mto.evaluation.curve.Rauc;
import dev.mto.evaluation.curve.SeedSummary;
import dev.mto.speed.JsonFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rauc}. */
@Command(
    name = "rauc",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compares two curves of accuracy against epochs of pre-training by the relative area under the"
          + " curve (eq. 8 of the paper).",
      "",
      "improvement is eq. 8 as printed; ratio is 1 + improvement, which Table 2 of the paper prints."
          + " Curves are straight between their points. CSV files have the columns"
          + " epoch,accuracy[,seed]; with seeds each seed is compared with itself."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto rauc --baseline simmim.csv --target simmim-mto.csv --from 100 --to 400",
      "  ./mto rauc --baseline a.csv --target b.csv --from 100 --to 400 --json rauc.json --chart"
          + " rauc.png"
    })
final class RaucCommand implements Callable<Integer>, WithoutBackend {
  @Option(
      names = "--baseline",
      required = true,
      paramLabel = "CSV",
      description = "Curve of the baseline, S1.")
  private Path baseline;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "CSV",
      description = "Curve of the method that is compared with it, S2.")
  private Path target;

  @Option(names = "--from", required = true, paramLabel = "E1", description = "First epoch.")
  private double from;

  @Option(names = "--to", required = true, paramLabel = "E2", description = "Last epoch.")
  private double to;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures here.")
  private Path json;

  @Option(names = "--chart", paramLabel = "PNG", description = "Also draw both curves.")
  private Path chart;

  @Override
  public Integer call() throws IOException {
    CurveFile first = CurveFile.read(baseline);
    CurveFile second = CurveFile.read(target);
    refuseMixture(first, second);
    SortedMap<String, Rauc> bySeed = new TreeMap<>();
    for (Map.Entry<String, AccuracyCurve> curve : first.curves().entrySet()) {
      String seed = curve.getKey();
      try {
        bySeed.put(seed, Rauc.of(curve.getValue(), second.curves().get(seed), from, to));
      } catch (IllegalArgumentException e) {
        throw new UserException((seed.isEmpty() ? "" : "seed " + seed + ": ") + e.getMessage(), e);
      }
    }
    SeedSummary summary =
        SeedSummary.of(bySeed.values().stream().mapToDouble(Rauc::improvement).toArray());
    print(bySeed, summary, first.seeded());
    if (json != null) {
      JsonFile.write(json, figures(bySeed, summary));
    }
    if (chart != null) {
      LineChart.of("accuracy against epochs of pre-training", "epoch", "accuracy")
          .with(mean("baseline " + baseline.getFileName(), first))
          .with(mean("target " + target.getFileName(), second))
          .write(chart);
    }
    return 0;
  }

  private static void refuseMixture(CurveFile first, CurveFile second) {
    if (first.seeded() != second.seeded()) {
      CurveFile without = first.seeded() ? second : first;
      throw new UserException(
          without.file() + ": has no column 'seed' and the other file has; give both or none");
    }
    if (!first.curves().keySet().equals(second.curves().keySet())) {
      throw new UserException(
          "%s has seeds %s and %s has %s: a seed is compared with itself; leave out the others"
              .formatted(
                  first.file(), first.curves().keySet(), second.file(), second.curves().keySet()));
    }
    if (first.inShares() != second.inShares()) {
      CurveFile shares = first.inShares() ? first : second;
      throw new UserException(
          shares.file() + ": is in fractions of 1 and the other file in per cent; use one of them");
    }
  }

  private void print(Map<String, Rauc> bySeed, SeedSummary summary, boolean seeded) {
    System.out.printf(
        Locale.ROOT, "RAUC of %s over %s, epochs %s to %s%n", target, baseline, from, to);
    bySeed.forEach(
        (seed, rauc) ->
            System.out.printf(
                Locale.ROOT,
                "  %simprovement %.4f, ratio %.4f; %s%n",
                seeded ? "seed " + seed + ": " : "",
                rauc.improvement(),
                rauc.ratio(),
                shortening(rauc)));
    if (seeded && summary.n() > 1) {
      System.out.printf(
          Locale.ROOT,
          "  mean improvement %.4f, ratio %.4f, standard deviation %.4f, n = %d%s%n",
          summary.mean(),
          1 + summary.mean(),
          summary.deviation(),
          summary.n(),
          summary.interval().isEmpty()
              ? " (too few for an interval, which needs 5)"
              : String.format(
                  Locale.ROOT,
                  ", 95 %% interval %.4f to %.4f",
                  summary.interval().get(0),
                  summary.interval().get(1)));
    }
  }

  private static String shortening(Rauc rauc) {
    return Double.isNaN(rauc.reduction())
        ? "it never reaches the baseline's last accuracy"
        : String.format(
            Locale.ROOT,
            "it has the baseline's last accuracy at epoch %.1f, %.1f %% of pre-training saved",
            rauc.epochsToBaseline(),
            100 * rauc.reduction());
  }

  private Map<String, Object> figures(Map<String, Rauc> bySeed, SeedSummary summary) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("improvement", summary.mean());
    figures.put("ratio", 1 + summary.mean());
    figures.put("from", from);
    figures.put("to", to);
    figures.put("n", summary.n());
    figures.put("std", known(summary.deviation()));
    figures.put("interval", summary.interval());
    figures.put("epochs_to_baseline", known(mean(bySeed, Rauc::epochsToBaseline)));
    figures.put("reduction", known(mean(bySeed, Rauc::reduction)));
    List<Map<String, Object>> seeds = new ArrayList<>();
    bySeed.forEach(
        (seed, rauc) -> {
          Map<String, Object> row = new LinkedHashMap<>();
          row.put("seed", seed);
          row.put("improvement", rauc.improvement());
          row.put("ratio", rauc.ratio());
          row.put("epochs_to_baseline", known(rauc.epochsToBaseline()));
          row.put("reduction", known(rauc.reduction()));
          seeds.add(row);
        });
    figures.put("seeds", seeds);
    return figures;
  }

  /** NaN where one seed never reaches the baseline. */
  private static double mean(Map<String, Rauc> bySeed, ToDoubleFunction<Rauc> figure) {
    return bySeed.values().stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  private static Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }

  /** The mean over seeds at every epoch that all of them have. */
  private static Series mean(String name, CurveFile file) {
    SortedMap<Double, Double> means = new TreeMap<>();
    for (double epoch : file.curves().get(file.curves().firstKey()).points().keySet()) {
      if (file.curves().values().stream().allMatch(c -> c.points().containsKey(epoch))) {
        means.put(
            epoch,
            file.curves().values().stream().mapToDouble(c -> c.at(epoch)).average().orElseThrow());
      }
    }
    return Series.dots(
        name,
        means.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
        means.values().stream().mapToDouble(Double::doubleValue).toArray());
  }
}
