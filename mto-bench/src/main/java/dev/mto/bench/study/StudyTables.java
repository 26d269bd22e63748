package dev.mto.bench.study;

import dev.mto.evaluation.curve.SeedSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The paper's tables on a study's results. */
record StudyTables(Outcomes outcomes) {
  private static final List<Measurement.Kind> KINDS = List.of(Measurement.Kind.values());

  /**
   * A table of a report.
   *
   * @param title heading
   * @param note what the figures are
   */
  record Table(String title, String note, List<String> header, List<List<String>> rows) {

    /** The table as Markdown, under its title. */
    String markdown() {
      return "### " + title + "\n\n" + noteAndRows();
    }

    /** What the figures are, then the table, as Markdown. */
    String noteAndRows() {
      List<String> rule = Collections.nCopies(header.size(), "---");
      return Stream.concat(Stream.of(header, rule), rows.stream())
          .map(cells -> "| " + String.join(" | ", cells) + " |")
          .collect(Collectors.joining("\n", note + "\n\n", "\n"));
    }
  }

  /** All that have rows. */
  List<Table> all() {
    ComparisonTables comparisons = new ComparisonTables(outcomes);
    return Stream.of(
            KINDS.stream().map(this::accuracy),
            KINDS.stream().map(this::last),
            KINDS.stream().map(comparisons::gains),
            KINDS.stream().map(comparisons::twins),
            KINDS.stream().map(comparisons::rauc),
            Stream.of(losses(), heterogeneity(), norms()))
        .flatMap(tables -> tables)
        .filter(table -> !table.rows().isEmpty())
        .toList();
  }

  /** Accuracy against epochs (Fig. 4), as figures. */
  private Table accuracy(Measurement.Kind kind) {
    SortedSet<Integer> epochs =
        outcomes.variants().stream()
            .flatMap(variant -> variant.epochs(kind).stream())
            .collect(Collectors.toCollection(TreeSet::new));
    boolean untrained =
        outcomes.all().stream().anyMatch(result -> result.variant().equals(Cell.UNTRAINED));
    List<List<String>> rows = new ArrayList<>();
    for (Outcomes.Variant variant : outcomes.variants()) {
      if (variant.epochs(kind).isEmpty()) {
        continue;
      }
      List<String> row = row(variant.baseline(), variant.name());
      if (untrained) {
        row.add(percent(outcomes.variant(variant.baseline(), Cell.UNTRAINED).accuracy(kind, 0)));
      }
      epochs.forEach(epoch -> row.add(percent(variant.accuracy(kind, epoch))));
      row.add(Integer.toString(variant.seeds().size()));
      rows.add(row);
      if (!variant.isReference() && !variant.references().isEmpty()) {
        rows.add(gains(variant, kind, epochs, untrained));
      }
    }
    List<String> header = row("baseline", "variant");
    if (untrained) {
      header.add("untrained");
    }
    epochs.forEach(epoch -> header.add("epoch " + epoch));
    header.add("n");
    return new Table(
        "Accuracy by " + kind.title() + " along one schedule (Fig. 4)",
        "Top-1 in per cent on the images of data.test, mean ± standard deviation over n seeds,"
            + " after epochs of pre-training"
            + (untrained ? "; untrained: the same procedure on first values." : ".")
            + " Rows of differences: points more than "
            + outcomes.references()
            + " of the same seed."
            + pixels(kind),
        header,
        rows);
  }

  /** The last point alone, a row a baseline, of the variants that all baselines have. */
  private Table last(Measurement.Kind kind) {
    int epoch =
        outcomes.variants().stream()
            .flatMap(variant -> variant.epochs(kind).stream())
            .reduce(0, Math::max);
    List<String> names =
        outcomes.variants().stream()
            .map(Outcomes.Variant::name)
            .distinct()
            .filter(
                name ->
                    outcomes.baselines().stream()
                        .allMatch(of -> outcomes.variant(of, name).epochs(kind).contains(epoch)))
            .toList();
    List<String> header = row("baseline", Cell.UNTRAINED);
    names.forEach(name -> header.add(name + ", epoch " + epoch));
    List<List<String>> rows = new ArrayList<>();
    for (String baseline : names.isEmpty() ? List.<String>of() : outcomes.baselines()) {
      List<String> row = row(baseline);
      row.add(percent(outcomes.variant(baseline, Cell.UNTRAINED).accuracy(kind, 0)));
      names.forEach(
          name -> row.add(percent(outcomes.variant(baseline, name).accuracy(kind, epoch))));
      rows.add(row);
    }
    return new Table(
        "Accuracy by " + kind.title() + " after the last epoch",
        "Top-1 in per cent on the images of data.test, mean ± standard deviation over seeds, of the"
            + " variants that all baselines have.",
        header,
        rows);
  }

  private List<String> gains(
      Outcomes.Variant variant,
      Measurement.Kind kind,
      SortedSet<Integer> epochs,
      boolean untrained) {
    List<String> row = row("", variant.name() + " − " + variant.other());
    if (untrained) {
      row.add("");
    }
    List<SeedSummary> gains = epochs.stream().map(epoch -> variant.gain(kind, epoch)).toList();
    gains.forEach(gain -> row.add(signed(gain)));
    row.add(Integer.toString(gains.stream().mapToInt(SeedSummary::n).max().orElse(0)));
    return row;
  }

  private String pixels(Measurement.Kind kind) {
    return kind == Measurement.Kind.KNN && outcomes.pixels().isPresent()
        ? String.format(
            Locale.ROOT, " Raw pixels give %.2f.", 100 * outcomes.pixels().getAsDouble())
        : "";
  }

  /** What each loss adds, as Table 3. */
  private Table losses() {
    List<Measurement.Kind> kinds =
        KINDS.stream()
            .filter(kind -> outcomes.all().stream().anyMatch(cell -> !cell.curve(kind).isEmpty()))
            .toList();
    boolean validated = outcomes.all().stream().anyMatch(cell -> cell.lastValidation().isPresent());
    List<List<String>> rows = new ArrayList<>();
    for (Outcomes.Variant variant : outcomes.variants()) {
      CellResult.Weights weights = variant.seeds().get(0).weights();
      List<String> row = row(variant.baseline(), variant.name());
      row.addAll(List.of(weight(weights.spa()), weight(weights.e()), weight(weights.r())));
      for (Measurement.Kind kind : kinds) {
        int last = variant.epochs(kind).stream().reduce(0, Math::max);
        row.add(percent(variant.accuracy(kind, last)));
        row.add(variant.isReference() ? "" : signed(variant.gain(kind, last)));
      }
      addLoss(row, variant, "%.3f", CellResult::lastLoss);
      if (validated) {
        addLoss(row, variant, "%.4f", CellResult::lastValidation);
      }
      row.add(Integer.toString(variant.seeds().size()));
      rows.add(row);
    }
    List<String> header = row("baseline", "variant", "L_spa", "L_e", "L_r");
    kinds.forEach(kind -> header.addAll(List.of(kind.title(), "gain")));
    header.addAll(List.of("self-supervised loss", "difference"));
    if (validated) {
      header.addAll(List.of("of validation images", "difference"));
    }
    header.add("n");
    return new Table(
        "Which loss does what (Table 3)",
        "Weights of the losses, of the first seed (the largest of its run where they follow gradient"
            + " shares); top-1 in per cent after the last epoch, mean ± standard deviation"
            + " over n seeds; gain in points over "
            + outcomes.references()
            + " of the same seed; training loss of the last epoch without MTO's terms, and how much"
            + " it is above that of "
            + outcomes.references()
            + (validated ? "; the same of validation images, under fixed masks." : "."),
        header,
        rows);
  }

  private static void addLoss(
      List<String> row,
      Outcomes.Variant variant,
      String format,
      Function<CellResult, OptionalDouble> loss) {
    SeedSummary own = variant.loss(loss);
    SeedSummary difference = variant.lossDifference(loss);
    row.add(text(format, own, own.mean(), own.deviation()));
    row.add(
        variant.isReference()
            ? ""
            : text(format, difference, difference.mean(), difference.deviation()));
  }

  /** H by layer of early and late checkpoints (eq. 2), as Table 1 and Fig. 1b. */
  private Table heterogeneity() {
    List<List<String>> rows = new ArrayList<>();
    for (Outcomes.Variant variant : withUntrained()) {
      for (int epoch : variant.heterogeneityEpochs()) {
        variant
            .layers(CellResult::heterogeneity, epoch)
            .forEach(
                (group, layers) -> {
                  List<String> row = start(variant, group, epoch);
                  layers.forEach(h -> row.add(plain(h, 0)));
                  rows.add(row);
                });
      }
    }
    List<String> header = row("baseline", "variant", "epoch");
    int width = rows.stream().mapToInt(List::size).max().orElse(header.size());
    IntStream.range(0, width - header.size()).forEach(layer -> header.add("H" + layer));
    rows.forEach(row -> row.addAll(Collections.nCopies(width - row.size(), "")));
    return new Table(
        "Heterogeneity by layer (Table 1, Fig. 1b)",
        "H of masked against visible tokens in nats (eq. 2) on "
            + heterogeneityImages()
            + ", mean ± standard deviation over seeds; H0 is the initial embedding.",
        header,
        rows);
  }

  /** Lengths of tokens, which a loss of dot products can lower itself by. */
  private Table norms() {
    List<List<String>> rows = new ArrayList<>();
    for (Outcomes.Variant variant : withUntrained()) {
      for (int epoch : variant.heterogeneityEpochs()) {
        SortedMap<String, List<SeedSummary>> visible =
            variant.layers(CellResult::visibleNorm, epoch);
        variant
            .layers(CellResult::maskedNorm, epoch)
            .forEach(
                (group, masked) -> {
                  List<String> row = start(variant, group, epoch);
                  for (List<SeedSummary> layers : List.of(masked, visible.get(group))) {
                    row.add(plain(layers.get(0), 0));
                    row.add(plain(layers.get(layers.size() - 1), 0));
                  }
                  rows.add(row);
                });
      }
    }
    return new Table(
        "Lengths of tokens",
        "Mean Euclidean length of masked and visible tokens in the initial embedding and after the"
            + " last layer, on the images of H, mean ± standard deviation over seeds.",
        row("baseline", "variant", "epoch", "masked, first", "last", "visible, first", "last"),
        rows);
  }

  private List<Outcomes.Variant> withUntrained() {
    return outcomes.baselines().stream()
        .flatMap(
            baseline ->
                Stream.concat(
                    Stream.of(outcomes.variant(baseline, Cell.UNTRAINED)),
                    outcomes.variants(baseline).stream()))
        .toList();
  }

  private static List<String> start(Outcomes.Variant variant, String group, int epoch) {
    String name = group.isEmpty() ? variant.baseline() : variant.baseline() + ", " + group;
    return row(name, variant.name(), Integer.toString(epoch));
  }

  private String heterogeneityImages() {
    return outcomes.all().stream()
        .map(
            result ->
                result.images() == null
                    ? "one batch of images of data.test whose order and masks depend on the seed"
                    : result.images()
                        + " images of data.test, the same under the same masks for all seeds")
        .distinct()
        .collect(Collectors.joining(" or "));
  }

  /** A row that grows. */
  static List<String> row(String... cells) {
    return new ArrayList<>(Arrays.asList(cells));
  }

  private static String weight(double weight) {
    return weight == 0 ? "–" : Double.toString(weight);
  }

  static String percent(SeedSummary share) {
    return text("%.2f", share, 100 * share.mean(), 100 * share.deviation());
  }

  private static String signed(SeedSummary share) {
    return share.mean() > 0 ? "+" + percent(share) : percent(share);
  }

  static String plain(SeedSummary value, double added) {
    return text("%.3f", value, added + value.mean(), value.deviation());
  }

  /** The mean, with the deviation where there is one; nothing of no value. */
  private static String text(String format, SeedSummary of, double mean, double deviation) {
    return switch (of.n()) {
      case 0 -> "";
      case 1 -> String.format(Locale.ROOT, format, mean);
      default -> String.format(Locale.ROOT, format + " ± " + format, mean, deviation);
    };
  }
}
