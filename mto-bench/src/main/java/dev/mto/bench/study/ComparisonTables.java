package dev.mto.bench.study;

import dev.mto.evaluation.curve.RaucOverSeeds;
import dev.mto.evaluation.curve.SeedSummary;
import dev.mto.evaluation.curve.TimeToAccuracy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Variants against the reference and against untrained encoders, over the whole schedule. */
record ComparisonTables(Outcomes outcomes) {
  private static final String ALL = "all";

  /** How much better than the reference in the mean over the schedule, and in how many pairs. */
  StudyTables.Table gains(Measurement.Kind kind) {
    SortedSet<Integer> epochs = epochs(kind);
    List<List<String>> rows = new ArrayList<>();
    for (String name : compared()) {
      List<Outcomes.Variant> variants =
          of(name).stream().filter(variant -> !variant.gainsOverSchedule(kind).isEmpty()).toList();
      variants.forEach(
          variant -> rows.add(gains(variant.baseline(), List.of(variant), kind, epochs)));
      if (variants.size() > 1) {
        rows.add(gains(ALL, variants, kind, epochs));
      }
    }
    List<String> header = StudyTables.row("baseline", "variant", "mean gain", "pairs");
    epochs.forEach(epoch -> header.add("ahead at " + epoch));
    return new StudyTables.Table(
        "Gain along the schedule by " + kind.title(),
        "Points of top-1 above "
            + outcomes.references()
            + " of the same seed, in the mean over the schedule from the first epoch measured to the"
            + " last (the area between the curves over its length), mean ± standard error over pairs;"
            + " and in how many pairs the variant is ahead after an epoch. The points are of one"
            + " schedule, not of schedules of that length.",
        header,
        rows);
  }

  private static List<String> gains(
      String baseline,
      List<Outcomes.Variant> variants,
      Measurement.Kind kind,
      SortedSet<Integer> epochs) {
    double[] gains =
        variants.stream()
            .flatMap(variant -> variant.gainsOverSchedule(kind).stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    SeedSummary summary = SeedSummary.of(gains);
    List<String> row = StudyTables.row(baseline, variants.get(0).name());
    row.add(
        String.format(Locale.ROOT, "%+.2f", 100 * summary.mean())
            + (gains.length < 2
                ? ""
                : String.format(
                    Locale.ROOT, " ± %.2f", 100 * summary.deviation() / Math.sqrt(gains.length))));
    row.add(Integer.toString(gains.length));
    epochs.forEach(
        epoch ->
            row.add(
                variants.stream()
                    .map(variant -> variant.ahead(kind, epoch))
                    .reduce(Outcomes.Share.NONE, Outcomes.Share::plus)
                    .toString()));
    return row;
  }

  /** How many measurements are not above the untrained twin of the same seed. */
  StudyTables.Table twins(Measurement.Kind kind) {
    SortedSet<Integer> epochs = epochs(kind);
    List<List<String>> rows = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      rows.add(twins(baseline, outcomes.variants(baseline), kind, epochs));
    }
    rows.add(twins(ALL, outcomes.variants(), kind, epochs));
    rows.removeIf(row -> row.subList(1, row.size()).stream().allMatch(String::isEmpty));
    List<String> header = StudyTables.row("baseline");
    epochs.forEach(epoch -> header.add("epoch " + epoch));
    return new StudyTables.Table(
        "Not above the untrained twin by " + kind.title(),
        "Pre-trained encoders, of all variants, whose accuracy is not above that of the same seed's"
            + " first values after the same procedure.",
        header,
        rows);
  }

  private List<String> twins(
      String name,
      List<Outcomes.Variant> variants,
      Measurement.Kind kind,
      SortedSet<Integer> epochs) {
    List<String> row = StudyTables.row(name);
    epochs.forEach(
        epoch ->
            row.add(
                variants.stream()
                    .map(
                        variant ->
                            variant.behind(
                                kind,
                                epoch,
                                outcomes.variant(variant.baseline(), Cell.UNTRAINED).seeds()))
                    .reduce(Outcomes.Share.NONE, Outcomes.Share::plus)
                    .toString()));
    return row;
  }

  /** Relative area under the curve (eq. 8), as Table 2. */
  StudyTables.Table rauc(Measurement.Kind kind) {
    return new StudyTables.Table(
        "RAUC by " + kind.title() + " (Table 2)",
        "Relative area under the curve against "
            + outcomes.references()
            + " of the same seed: the mean area between the curves over the mean rise of the"
            + " reference, with a 95 % interval over the n pairs (Student's t; no bounds where the"
            + " rise is not above 0 at that level); 1 + it, as Table 2 prints it; and the same of '"
            + outcomes.reference()
            + "' of one seed against another, root mean square: what a single pair shows by chance."
            + " Then how many seeds reach the reference's last accuracy, the mean epoch of those that"
            + " do, and the median of all, where those that do not count as later than the last"
            + " epoch. Of two seeds of which neither is better, one reaches that of the other.",
        List.of(
            "baseline",
            "variant",
            "epochs",
            "eq. 8",
            "1 + eq. 8",
            outcomes.reference() + " against itself",
            "n",
            "reached",
            "mean of these",
            "median of all"),
        outcomes.variants().stream()
            .filter(variant -> !variant.isReference())
            .flatMap(
                variant -> variant.rauc(kind).map(rauc -> raucRow(variant, kind, rauc)).stream())
            .toList());
  }

  private static List<String> raucRow(
      Outcomes.Variant variant, Measurement.Kind kind, RaucOverSeeds rauc) {
    SortedSet<Integer> epochs = variant.epochsOfCurves(kind);
    TimeToAccuracy time = variant.timeToReference(kind);
    return List.of(
        variant.baseline(),
        variant.name(),
        epochs.first() + " to " + epochs.last(),
        rauc.improvement().describe("%.3f"),
        rauc.improvement().plus(1).describe("%.3f"),
        Double.isNaN(rauc.between()) ? "" : String.format(Locale.ROOT, "± %.3f", rauc.between()),
        Integer.toString(rauc.n()),
        time.reached() + " of " + time.runs(),
        time.meanOfReached(),
        time.medianOfAll());
  }

  /** Names of the variants that are compared with the reference, in order. */
  private List<String> compared() {
    return outcomes.variants().stream()
        .filter(variant -> !variant.isReference())
        .map(Outcomes.Variant::name)
        .distinct()
        .toList();
  }

  private List<Outcomes.Variant> of(String name) {
    return outcomes.variants().stream().filter(variant -> variant.name().equals(name)).toList();
  }

  private SortedSet<Integer> epochs(Measurement.Kind kind) {
    return outcomes.variants().stream()
        .map(variant -> variant.epochs(kind))
        .flatMap(Collection::stream)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
