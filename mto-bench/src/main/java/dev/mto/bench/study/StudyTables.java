package dev.mto.bench.study;

import dev.mto.evaluation.curve.Rauc;
import dev.mto.evaluation.curve.SeedSummary;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** The paper's tables on a study's results. */
record StudyTables(Outcomes outcomes) {
  /** All that have rows. */
  List<Table> all() {
    List<Table> tables = new ArrayList<>();
    for (Measurement.Kind kind : Measurement.Kind.values()) {
      tables.add(accuracy(kind));
    }
    for (Measurement.Kind kind : Measurement.Kind.values()) {
      tables.add(rauc(kind));
    }
    tables.add(losses());
    tables.add(heterogeneity());
    return tables.stream().filter(table -> !table.rows().isEmpty()).toList();
  }

  /** Accuracy against epochs (Fig. 4), as figures. */
  private Table accuracy(Measurement.Kind kind) {
    SortedSet<Integer> epochs = new TreeSet<>();
    for (String baseline : outcomes.baselines()) {
      for (String variant : outcomes.variants(baseline)) {
        epochs.addAll(outcomes.epochs(baseline, variant, kind));
      }
    }
    boolean untrained =
        outcomes.all().stream().anyMatch(result -> result.variant().equals(Cell.UNTRAINED));
    List<List<String>> rows = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      for (String variant : outcomes.variants(baseline)) {
        if (outcomes.epochs(baseline, variant, kind).isEmpty()) {
          continue;
        }
        List<String> row = new ArrayList<>(List.of(baseline, variant));
        if (untrained) {
          row.add(percent(outcomes.accuracy(baseline, Cell.UNTRAINED, kind, 0)));
        }
        epochs.forEach(
            epoch -> row.add(percent(outcomes.accuracy(baseline, variant, kind, epoch))));
        row.add(Integer.toString(outcomes.seeds(baseline, variant).size()));
        rows.add(row);
        if (!variant.equals(outcomes.reference())
            && outcomes.variants(baseline).contains(outcomes.reference())) {
          rows.add(gains(baseline, variant, kind, epochs, untrained));
        }
      }
    }
    List<String> header = new ArrayList<>(List.of("baseline", "variant"));
    if (untrained) {
      header.add("untrained");
    }
    epochs.forEach(epoch -> header.add("epoch " + epoch));
    header.add("n");
    return new Table(
        "Accuracy by " + kind.title() + " along one schedule (Fig. 4)",
        "Top-1 in per cent on the test images, mean ± standard deviation over n seeds, after epochs"
            + " of pre-training"
            + (untrained ? "; untrained: the same procedure on first values." : ".")
            + " Rows of differences: points more than '"
            + outcomes.reference()
            + "' of the same seed."
            + pixels(kind),
        header,
        rows);
  }

  private List<String> gains(
      String baseline,
      String variant,
      Measurement.Kind kind,
      SortedSet<Integer> epochs,
      boolean untrained) {
    List<String> row = new ArrayList<>(List.of("", variant + " − " + outcomes.reference()));
    if (untrained) {
      row.add("");
    }
    int n = 0;
    for (int epoch : epochs) {
      SeedSummary gain = outcomes.gain(baseline, variant, kind, epoch);
      row.add(signed(gain));
      n = Math.max(n, gain.n());
    }
    row.add(Integer.toString(n));
    return row;
  }

  private String pixels(Measurement.Kind kind) {
    return kind == Measurement.Kind.KNN && outcomes.pixels().isPresent()
        ? String.format(
            Locale.ROOT, " Raw pixels give %.2f.", 100 * outcomes.pixels().getAsDouble())
        : "";
  }

  /** Relative area under the curve (eq. 8), as Table 2. */
  private Table rauc(Measurement.Kind kind) {
    List<List<String>> rows = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      for (String variant : outcomes.variants(baseline)) {
        SortedSet<Integer> epochs = outcomes.epochs(baseline, variant, kind);
        if (!variant.equals(outcomes.reference()) && epochs.size() > 1) {
          rows.add(raucRow(baseline, variant, kind, epochs));
        }
      }
    }
    return new Table(
        "RAUC by " + kind.title() + " (Table 2)",
        "Relative area under the curve against '"
            + outcomes.reference()
            + "' of the same seed: eq. 8 as printed, 1 + it as Table 2 prints it, mean ± standard"
            + " deviation; and how many seeds reach the reference's last accuracy, at which epoch on"
            + " average.",
        List.of("baseline", "variant", "epochs", "eq. 8", "1 + eq. 8", "seeds", "reached", "at"),
        rows);
  }

  private List<String> raucRow(
      String baseline, String variant, Measurement.Kind kind, SortedSet<Integer> epochs) {
    SortedMap<Long, Rauc> bySeed = outcomes.rauc(baseline, variant, kind);
    int seeds = outcomes.seeds(baseline, variant).size();
    SeedSummary improvement =
        SeedSummary.of(bySeed.values().stream().mapToDouble(Rauc::improvement).toArray());
    double[] reached =
        bySeed.values().stream()
            .mapToDouble(Rauc::epochsToBaseline)
            .filter(epoch -> !Double.isNaN(epoch))
            .toArray();
    return List.of(
        baseline,
        variant,
        epochs.first() + " to " + epochs.last(),
        plain(improvement, 0),
        plain(improvement, 1),
        bySeed.size() < seeds
            ? bySeed.size() + " of " + seeds + " (no reference that rises for the others)"
            : Integer.toString(seeds),
        reached.length + " of " + bySeed.size(),
        reached.length == 0 ? "–" : plain(SeedSummary.of(reached), 0));
  }

  /** What each loss adds, as Table 3. */
  private Table losses() {
    List<List<String>> rows = new ArrayList<>();
    for (String baseline : outcomes.baselines()) {
      for (String variant : outcomes.variants(baseline)) {
        CellResult.Weights weights = outcomes.seeds(baseline, variant).get(0).weights();
        List<String> row = new ArrayList<>(List.of(baseline, variant));
        row.addAll(List.of(weight(weights.spa()), weight(weights.e()), weight(weights.r())));
        for (Measurement.Kind kind : kinds()) {
          SortedSet<Integer> epochs = outcomes.epochs(baseline, variant, kind);
          int last = epochs.isEmpty() ? 0 : epochs.last();
          row.add(percent(outcomes.accuracy(baseline, variant, kind, last)));
          row.add(
              variant.equals(outcomes.reference())
                  ? ""
                  : signed(outcomes.gain(baseline, variant, kind, last)));
        }
        row.add(loss(baseline, variant));
        row.add(Integer.toString(outcomes.seeds(baseline, variant).size()));
        rows.add(row);
      }
    }
    List<String> header = new ArrayList<>(List.of("baseline", "variant", "L_spa", "L_e", "L_r"));
    for (Measurement.Kind kind : kinds()) {
      header.addAll(List.of(kind.title(), "gain"));
    }
    header.addAll(List.of("self-supervised loss", "n"));
    return new Table(
        "Which loss does what (Table 3)",
        "Weights of the losses; top-1 in per cent after the last epoch, mean ± standard deviation"
            + " over n seeds; gain in points over '"
            + outcomes.reference()
            + "' of the same seed; training loss of the last epoch without MTO's terms.",
        header,
        rows);
  }

  private Set<Measurement.Kind> kinds() {
    Set<Measurement.Kind> kinds = new LinkedHashSet<>();
    for (Measurement.Kind kind : Measurement.Kind.values()) {
      if (outcomes.all().stream().anyMatch(result -> !Outcomes.curve(result, kind).isEmpty())) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  private String loss(String baseline, String variant) {
    return plain(
        SeedSummary.of(
            outcomes.seeds(baseline, variant).stream()
                .filter(result -> !result.loss().isEmpty())
                .mapToDouble(result -> result.loss().get(result.loss().size() - 1))
                .toArray()),
        0);
  }

  /** H by layer of early and late checkpoints (eq. 2), as Table 1 and Fig. 1b. */
  private Table heterogeneity() {
    List<List<String>> rows = new ArrayList<>();
    int layers = 0;
    for (String baseline : outcomes.baselines()) {
      List<String> variants = new ArrayList<>(outcomes.variants(baseline));
      variants.add(0, Cell.UNTRAINED);
      for (String variant : variants) {
        for (int epoch : outcomes.heterogeneityEpochs(baseline, variant)) {
          for (Map.Entry<String, List<SeedSummary>> group :
              outcomes.heterogeneity(baseline, variant, epoch).entrySet()) {
            String name = group.getKey().isEmpty() ? baseline : baseline + ", " + group.getKey();
            List<String> row = new ArrayList<>(List.of(name, variant, Integer.toString(epoch)));
            group.getValue().forEach(h -> row.add(plain(h, 0)));
            layers = Math.max(layers, group.getValue().size());
            rows.add(row);
          }
        }
      }
    }
    List<String> header = new ArrayList<>(List.of("baseline", "variant", "epoch"));
    for (int layer = 0; layer < layers; layer++) {
      header.add("H" + layer);
    }
    for (List<String> row : rows) {
      while (row.size() < header.size()) {
        row.add("");
      }
    }
    return new Table(
        "Heterogeneity by layer (Table 1, Fig. 1b)",
        "H of masked against visible tokens in nats (eq. 2) on test images under fixed masks, mean ±"
            + " standard deviation over seeds; H0 is the initial embedding.",
        header,
        rows);
  }

  private static String weight(double weight) {
    return weight == 0 ? "–" : Double.toString(weight);
  }

  private static String percent(SeedSummary share) {
    if (share.n() == 0) {
      return "";
    }
    return share.n() == 1
        ? String.format(Locale.ROOT, "%.2f", 100 * share.mean())
        : String.format(Locale.ROOT, "%.2f ± %.2f", 100 * share.mean(), 100 * share.deviation());
  }

  private static String signed(SeedSummary share) {
    String text = percent(share);
    return share.mean() > 0 ? "+" + text : text;
  }

  private static String plain(SeedSummary value, double added) {
    if (value.n() == 0) {
      return "";
    }
    return value.n() == 1
        ? String.format(Locale.ROOT, "%.3f", added + value.mean())
        : String.format(Locale.ROOT, "%.3f ± %.3f", added + value.mean(), value.deviation());
  }
}
