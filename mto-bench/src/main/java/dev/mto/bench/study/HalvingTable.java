package dev.mto.bench.study;

import dev.mto.evaluation.curve.HalvedSchedule;
import dev.mto.evaluation.curve.HalvedSchedule.Interval;
import dev.mto.evaluation.curve.HalvedSchedule.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** Whether half a schedule with MTO does for a whole one without, method by method. */
record HalvingTable(Outcomes outcomes, StudyConfig.Halving halving) {

  StudyTables.Table table() {
    Map<String, HalvedSchedule> methods = new LinkedHashMap<>();
    for (String baseline : outcomes.baselines()) {
      List<double[]> seeds = seeds(baseline);
      if (seeds.size() > 1) {
        methods.put(
            baseline, HalvedSchedule.of(column(seeds, 0), column(seeds, 1), column(seeds, 2)));
      }
    }
    List<Verdict> verdicts = HalvedSchedule.verdicts(List.copyOf(methods.values()));
    List<List<String>> rows = new ArrayList<>();
    methods.forEach(
        (baseline, halved) -> {
          List<String> row = StudyTables.row(baseline, Integer.toString(halved.n()));
          row.add(points(halved.gain()));
          row.add(points(halved.difference()));
          row.add(share(halved.closed()));
          row.add(p(halved.notWorse()));
          row.add(p(halved.worse()));
          row.add(described(verdicts.get(rows.size())));
          rows.add(row);
        });
    return new StudyTables.Table(
        "Does half a schedule with MTO do?",
        ("By %s, in points of top-1, over pairs of the same seed: G = '%s' − '%s', each at its end,"
                + " and D = '%s' − '%s', with 95 %% intervals; the share of G that MTO closes, with"
                + " one-sided 95 %% bounds at both ends; one-sided p of D ≤ −G/4, which is small where"
                + " half a schedule with MTO does, and of a share of a half or more, which is small"
                + " where it does not. Student's t; Holm's correction over the methods whose interval"
                + " of G is above 0.")
            .formatted(
                halving.measure().title(),
                halving.whole(),
                halving.half(),
                halving.halfWithMto(),
                halving.whole()),
        StudyTables.row(
            "baseline", "n", "G", "D", "share closed", "p, does", "p, does not", "verdict"),
        rows);
  }

  /** Accuracies of the seeds that all three variants have: whole, half, half with MTO. */
  private List<double[]> seeds(String baseline) {
    List<double[]> seeds = new ArrayList<>();
    for (CellResult whole : outcomes.variant(baseline, halving.whole()).seeds()) {
      double[] row = {
        last(whole),
        ofSeed(baseline, halving.half(), whole.seed()),
        ofSeed(baseline, halving.halfWithMto(), whole.seed())
      };
      if (!Double.isNaN(row[0] + row[1] + row[2])) {
        seeds.add(row);
      }
    }
    return seeds;
  }

  private double ofSeed(String baseline, String variant, long seed) {
    return outcomes.variant(baseline, variant).seeds().stream()
        .filter(result -> result.seed() == seed)
        .mapToDouble(this::last)
        .findFirst()
        .orElse(Double.NaN);
  }

  private double last(CellResult result) {
    SortedMap<Integer, Double> curve = result.curve(halving.measure());
    return curve.isEmpty() ? Double.NaN : curve.get(curve.lastKey());
  }

  private static double[] column(List<double[]> rows, int column) {
    return rows.stream().mapToDouble(row -> row[column]).toArray();
  }

  private static String points(Interval of) {
    return String.format(
        Locale.ROOT, "%+.2f (%+.2f to %+.2f)", 100 * of.mean(), 100 * of.low(), 100 * of.high());
  }

  private static String share(Interval of) {
    if (Double.isNaN(of.mean())) {
      return "–";
    }
    return Double.isInfinite(of.low())
        ? String.format(Locale.ROOT, "%.2f (no bounds)", of.mean())
        : String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", of.mean(), of.low(), of.high());
  }

  private static String p(double p) {
    return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p);
  }

  private static String described(Verdict verdict) {
    return switch (verdict) {
      case NOT_TESTABLE -> "not testable";
      case REPRODUCED -> "reproduced";
      case REFUTED -> "refuted";
      case UNDECIDED -> "undecided";
    };
  }
}
