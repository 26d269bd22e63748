package dev.mto.bench.study;

import dev.mto.evaluation.curve.HalvedSchedule;
import dev.mto.evaluation.curve.HalvedSchedule.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;

/**
 * Whether half a schedule with MTO does for a whole one without, method by method.
 *
 * @param grid which seeds there are to be: nothing is decided before the last one is there
 */
record HalvingTables(Outcomes outcomes, StudyConfig.Halving halving, List<StudyConfig.Grid> grid) {

  /** By complete schedules of half the length, which decides. */
  StudyTables.Table schedules() {
    ToDoubleFunction<CellResult> atItsEnd = this::last;
    Map<String, HalvedSchedule> methods =
        methods(
            new Compared(halving.whole(), atItsEnd),
            new Compared(halving.half(), atItsEnd),
            new Compared(halving.halfWithMto(), atItsEnd));
    Map<String, Integer> planned = planned();
    List<HalvedSchedule> complete =
        methods.entrySet().stream()
            .filter(method -> method.getValue().n() >= planned.get(method.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    List<Verdict> verdicts = HalvedSchedule.verdicts(complete, planned.size() - complete.size());
    List<List<String>> rows = new ArrayList<>();
    methods.forEach(
        (baseline, halved) -> {
          List<String> row = row(baseline, halved);
          int decided = complete.indexOf(halved);
          row.add(decided < 0 ? "" : p(halved.notWorse()));
          row.add(decided < 0 ? "" : p(halved.worse()));
          row.add(
              decided < 0
                  ? halved.n() + " of " + planned.get(baseline) + " seeds"
                  : described(verdicts.get(decided)));
          rows.add(row);
        });
    return new StudyTables.Table(
        "Does half a schedule with MTO do?",
        ("By %s, in points of top-1, over pairs of the same seed: G = '%s' − '%s', each at its end,"
                + " and D = '%s' − '%s', with 95 %% intervals; the share of G that MTO closes, with"
                + " one-sided 95 %% bounds at both ends; one-sided p of D ≤ −G/4, which is small where"
                + " half a schedule with MTO does, and of a share of a half or more, which is small"
                + " where it does not. Student's t. Intervals and p are of one method; the verdict,"
                + " which is given when all seeds of a method are there, has Holm's correction over"
                + " the methods whose interval of G is above 0 and those that are not complete.")
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

  /** By points of one schedule, as the paper compares; no rows where none is named. */
  StudyTables.Table points() {
    Map<String, HalvedSchedule> methods =
        halving.wholeWithMto() == null
            ? Map.of()
            : methods(
                new Compared(halving.whole(), this::last),
                new Compared(halving.whole(), this::middle),
                new Compared(halving.wholeWithMto(), this::middle));
    List<List<String>> rows = new ArrayList<>();
    methods.forEach((baseline, halved) -> rows.add(row(baseline, halved)));
    return new StudyTables.Table(
        "The middle of a schedule with MTO against the end of one without (Fig. 4)",
        ("The same by points of one schedule, as the paper compares: G = '%s' at its end − the same"
                + " in the middle, D = '%s' in the middle − '%s' at its end. It decides nothing: who"
                + " stops there has no model whose learning rate has fallen.")
            .formatted(halving.whole(), halving.wholeWithMto(), halving.whole()),
        StudyTables.row("baseline", "n", "G", "D", "share closed"),
        rows);
  }

  /** A variant, and which of its accuracies. */
  private record Compared(String variant, ToDoubleFunction<CellResult> accuracy) {}

  /** By baseline, of those with two or more seeds that all three have. */
  private Map<String, HalvedSchedule> methods(Compared whole, Compared half, Compared withMto) {
    Map<String, HalvedSchedule> methods = new LinkedHashMap<>();
    for (String baseline : outcomes.baselines()) {
      List<double[]> seeds = new ArrayList<>();
      for (CellResult first : outcomes.variant(baseline, whole.variant()).seeds()) {
        double[] row = {
          whole.accuracy().applyAsDouble(first),
          ofSeed(baseline, half, first.seed()),
          ofSeed(baseline, withMto, first.seed())
        };
        if (!Double.isNaN(row[0] + row[1] + row[2])) {
          seeds.add(row);
        }
      }
      if (seeds.size() > 1) {
        methods.put(
            baseline, HalvedSchedule.of(column(seeds, 0), column(seeds, 1), column(seeds, 2)));
      }
    }
    return methods;
  }

  private double ofSeed(String baseline, Compared compared, long seed) {
    return outcomes.variant(baseline, compared.variant()).seeds().stream()
        .filter(result -> result.seed() == seed)
        .mapToDouble(compared.accuracy())
        .findFirst()
        .orElse(Double.NaN);
  }

  private double last(CellResult result) {
    SortedMap<Integer, Double> curve = result.curve(halving.measure());
    return curve.isEmpty() ? Double.NaN : curve.get(curve.lastKey());
  }

  private double middle(CellResult result) {
    SortedMap<Integer, Double> curve = result.curve(halving.measure());
    return curve.isEmpty() || curve.lastKey() % 2 != 0
        ? Double.NaN
        : curve.getOrDefault(curve.lastKey() / 2, Double.NaN);
  }

  /** How many seeds the grid has of all three variants that decide, by baseline. */
  private Map<String, Integer> planned() {
    Map<String, Integer> planned = new LinkedHashMap<>();
    for (String baseline : grid.stream().flatMap(part -> part.baselines().stream()).toList()) {
      Set<Long> seeds = seeds(baseline, halving.whole());
      seeds.retainAll(seeds(baseline, halving.half()));
      seeds.retainAll(seeds(baseline, halving.halfWithMto()));
      if (!seeds.isEmpty()) {
        planned.put(baseline, seeds.size());
      }
    }
    return planned;
  }

  private Set<Long> seeds(String baseline, String variant) {
    Set<Long> seeds = new LinkedHashSet<>();
    grid.stream()
        .filter(part -> part.baselines().contains(baseline) && part.variants().contains(variant))
        .forEach(part -> seeds.addAll(part.seeds()));
    return seeds;
  }

  private static double[] column(List<double[]> rows, int column) {
    return rows.stream().mapToDouble(row -> row[column]).toArray();
  }

  private static List<String> row(String baseline, HalvedSchedule halved) {
    return StudyTables.row(
        baseline,
        Integer.toString(halved.n()),
        halved.gain().times(100).describe("%+.2f"),
        halved.difference().times(100).describe("%+.2f"),
        halved.closed().describe("%.2f"));
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
