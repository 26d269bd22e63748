package dev.mto.bench;

import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import dev.mto.evaluation.curve.AccuracyCurve;
import dev.mto.evaluation.curve.CurveFile;
import dev.mto.evaluation.curve.Rauc;
import dev.mto.evaluation.curve.RaucOverSeeds;
import dev.mto.evaluation.curve.TimeToAccuracy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
          + " epoch,accuracy[,seed]; with seeds each seed is compared with itself,"
          + " and the mean is the ratio of mean areas, so that seeds whose baseline does not rise count"
          + " too. Seeds that never reach the baseline's last accuracy are counted, not left out."
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

  @Mixin private JsonOutput json = new JsonOutput();

  @Option(names = "--chart", paramLabel = "PNG", description = "Also draw both curves.")
  private Path chart;

  @Override
  public Integer call() throws IOException {
    CurveFile first = CurveFile.read(baseline);
    CurveFile second = CurveFile.read(target);
    refuseMixture(first, second);
    Comparison compared = Comparison.of(first, second, from, to);
    print(compared);
    json.write(figures(compared));
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

  /**
   * Two files of curves, compared.
   *
   * @param bySeed eq. 8 of each seed; null where its baseline does not rise
   */
  private record Comparison(
      boolean seeded, SortedMap<String, Rauc> bySeed, RaucOverSeeds all, TimeToAccuracy time) {
    static Comparison of(CurveFile first, CurveFile second, double from, double to) {
      SortedMap<String, Rauc> bySeed = new TreeMap<>();
      List<AccuracyCurve> targets = new ArrayList<>();
      first.curves().keySet().forEach(seed -> targets.add(second.curves().get(seed)));
      List<AccuracyCurve> baselines = List.copyOf(first.curves().values());
      try {
        RaucOverSeeds all = RaucOverSeeds.of(baselines, targets, from, to);
        first
            .curves()
            .forEach((seed, curve) -> bySeed.put(seed, seed(first, second, seed, from, to)));
        return new Comparison(first.seeded(), bySeed, all, TimeToAccuracy.of(baselines, targets));
      } catch (IllegalArgumentException e) {
        throw new UserException(e.getMessage(), e);
      }
    }

    private static Rauc seed(
        CurveFile first, CurveFile second, String seed, double from, double to) {
      try {
        return Rauc.of(first.curves().get(seed), second.curves().get(seed), from, to);
      } catch (IllegalArgumentException e) {
        if (first.seeded()) {
          return null; // it does not rise, but counts in the mean
        }
        throw e;
      }
    }
  }

  private void print(Comparison compared) {
    System.out.printf(
        Locale.ROOT, "RAUC of %s over %s, epochs %s to %s%n", target, baseline, from, to);
    compared
        .bySeed()
        .forEach(
            (seed, rauc) ->
                System.out.println(
                    "  "
                        + (compared.seeded() ? "seed " + seed + ": " : "")
                        + (rauc == null
                            ? "no value of its own, as its baseline does not rise"
                            : String.format(
                                Locale.ROOT,
                                "improvement %.4f, ratio %.4f; %s",
                                rauc.improvement(),
                                rauc.ratio(),
                                shortening(rauc)))));
    RaucOverSeeds all = compared.all();
    if (all.n() > 1) {
      System.out.printf(
          Locale.ROOT,
          "  over %d seeds, ratio of mean areas: improvement %s, ratio %s (95 %% interval by"
              + " Student's t);"
              + " the baseline's seeds among themselves: ± %.3f%n",
          all.n(),
          all.improvement().describe("%.3f"),
          all.improvement().plus(1).describe("%.3f"),
          all.between());
      TimeToAccuracy time = compared.time();
      System.out.printf(
          "  %d of %d seeds reach the baseline's last accuracy; mean epoch of these %s, median of"
              + " all %s%n",
          time.reached(), time.runs(), time.meanOfReached(), time.medianOfAll());
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

  private Map<String, Object> figures(Comparison compared) {
    Map<String, Object> figures = new LinkedHashMap<>();
    RaucOverSeeds all = compared.all();
    figures.put("improvement", known(all.improvement().mean()));
    figures.put("ratio", known(1 + all.improvement().mean()));
    figures.put("from", from);
    figures.put("to", to);
    figures.put("n", all.n());
    figures.put(
        "interval", Arrays.asList(known(all.improvement().low()), known(all.improvement().high())));
    figures.put("between_seeds_of_baseline", known(all.between()));
    figures.put("reached", compared.time().reached());
    figures.put("mean_epoch_of_reached", known(compared.time().mean()));
    figures.put("median_epoch", known(compared.time().median()));
    List<Map<String, Object>> seeds = new ArrayList<>();
    compared
        .bySeed()
        .forEach(
            (seed, rauc) -> {
              Map<String, Object> row = new LinkedHashMap<>();
              row.put("seed", seed);
              if (rauc != null) {
                row.put("improvement", rauc.improvement());
                row.put("ratio", rauc.ratio());
                row.put("epochs_to_baseline", known(rauc.epochsToBaseline()));
                row.put("reduction", known(rauc.reduction()));
              }
              seeds.add(row);
            });
    figures.put("seeds", seeds);
    return figures;
  }

  private static Double known(double value) {
    return Double.isFinite(value) ? value : null;
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
