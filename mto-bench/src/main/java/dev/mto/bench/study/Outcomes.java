package dev.mto.bench.study;

import dev.mto.evaluation.curve.AccuracyCurve;
import dev.mto.evaluation.curve.Rauc;
import dev.mto.evaluation.curve.SeedSummary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Results of a study's finished cells, by baseline, variant and seed. */
final class Outcomes {
  /** As many as are told apart in one picture. */
  private static final int CURVES = 7;

  private final List<CellResult> results;
  private final String reference;

  /**
   * Results of cells.
   *
   * @param reference the variant that others are compared with
   */
  Outcomes(Collection<CellResult> results, String reference) {
    this.results = List.copyOf(results);
    this.reference = reference;
  }

  String reference() {
    return reference;
  }

  /** Baselines of finished cells, in the order of the plan. */
  List<String> baselines() {
    return results.stream().map(CellResult::baseline).distinct().toList();
  }

  /** Variants of a baseline's finished cells that were trained, the reference first. */
  List<String> variants(String baseline) {
    List<String> variants = new ArrayList<>();
    of(baseline)
        .map(CellResult::variant)
        .filter(variant -> !variant.equals(Cell.UNTRAINED))
        .distinct()
        .forEach(variants::add);
    if (variants.remove(reference)) {
      variants.add(0, reference);
    }
    return variants;
  }

  /** All seeds of a variant. */
  List<CellResult> seeds(String baseline, String variant) {
    return of(baseline).filter(result -> result.variant().equals(variant)).toList();
  }

  /** Epochs after which all of a variant's seeds were measured. */
  SortedSet<Integer> epochs(String baseline, String variant, Measurement.Kind kind) {
    SortedSet<Integer> epochs = new TreeSet<>();
    for (CellResult result : seeds(baseline, variant)) {
      epochs.addAll(curve(result, kind).keySet());
    }
    return epochs;
  }

  /** Accuracies over seeds after an epoch. */
  SeedSummary accuracy(String baseline, String variant, Measurement.Kind kind, int epoch) {
    return SeedSummary.of(
        seeds(baseline, variant).stream()
            .filter(result -> curve(result, kind).containsKey(epoch))
            .mapToDouble(result -> curve(result, kind).get(epoch))
            .toArray());
  }

  /** How much better than the reference's the accuracy of the same seed is. */
  SeedSummary gain(String baseline, String variant, Measurement.Kind kind, int epoch) {
    Map<Long, CellResult> others = bySeed(baseline, reference);
    return SeedSummary.of(
        seeds(baseline, variant).stream()
            .filter(
                result ->
                    others.containsKey(result.seed())
                        && curve(result, kind).containsKey(epoch)
                        && curve(others.get(result.seed()), kind).containsKey(epoch))
            .mapToDouble(
                result ->
                    curve(result, kind).get(epoch)
                        - curve(others.get(result.seed()), kind).get(epoch))
            .toArray());
  }

  /**
   * RAUC against the reference over all measured epochs, by seed; a seed whose reference does not
   * rise is left out.
   */
  SortedMap<Long, Rauc> rauc(String baseline, String variant, Measurement.Kind kind) {
    Map<Long, CellResult> others = bySeed(baseline, reference);
    SortedMap<Long, Rauc> bySeed = new TreeMap<>();
    for (CellResult result : seeds(baseline, variant)) {
      if (others.containsKey(result.seed())) {
        compared(curve(others.get(result.seed()), kind), curve(result, kind))
            .ifPresent(rauc -> bySeed.put(result.seed(), rauc));
      }
    }
    return bySeed;
  }

  private static Optional<Rauc> compared(
      SortedMap<Integer, Double> base, SortedMap<Integer, Double> target) {
    if (base.size() < 2 || !base.keySet().equals(target.keySet())) {
      return Optional.empty();
    }
    try {
      return Optional.of(Rauc.of(line(base), line(target), base.firstKey(), base.lastKey()));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // the reference does not rise
    }
  }

  /** H of each layer over seeds, after an epoch, by token group. */
  SortedMap<String, List<SeedSummary>> heterogeneity(String baseline, String variant, int epoch) {
    SortedMap<String, List<List<Double>>> byGroup = new TreeMap<>();
    for (CellResult result : seeds(baseline, variant)) {
      result
          .heterogeneity()
          .getOrDefault(epoch, new TreeMap<>())
          .forEach(
              (group, layers) ->
                  byGroup.computeIfAbsent(group, g -> new ArrayList<>()).add(layers));
    }
    SortedMap<String, List<SeedSummary>> summaries = new TreeMap<>();
    byGroup.forEach(
        (group, seeds) -> {
          List<SeedSummary> layers = new ArrayList<>();
          for (int layer = 0; layer < seeds.get(0).size(); layer++) {
            int at = layer;
            layers.add(SeedSummary.of(seeds.stream().mapToDouble(h -> h.get(at)).toArray()));
          }
          summaries.put(group, layers);
        });
    return summaries;
  }

  /** Epochs after which H was measured. */
  SortedSet<Integer> heterogeneityEpochs(String baseline, String variant) {
    SortedSet<Integer> epochs = new TreeSet<>();
    seeds(baseline, variant).forEach(result -> epochs.addAll(result.heterogeneity().keySet()));
    return epochs;
  }

  /** Variants that a figure shows: those that all baselines have, if these are several. */
  List<String> shown(String baseline) {
    List<String> common = new ArrayList<>(variants(baseline));
    baselines().forEach(other -> common.retainAll(variants(other)));
    List<String> shown = common.size() > 1 ? common : variants(baseline);
    return shown.subList(0, Math.min(CURVES, shown.size()));
  }

  /** Top-1 of k-NN on raw pixels, which does not depend on the encoder. */
  OptionalDouble pixels() {
    return results.stream()
        .map(CellResult::pixels)
        .filter(Objects::nonNull)
        .mapToDouble(Double::doubleValue)
        .findFirst();
  }

  /** All of them. */
  List<CellResult> all() {
    return results;
  }

  static SortedMap<Integer, Double> curve(CellResult result, Measurement.Kind kind) {
    return result.accuracy().getOrDefault(kind.command(), new TreeMap<>());
  }

  private Map<Long, CellResult> bySeed(String baseline, String variant) {
    Map<Long, CellResult> bySeed = new TreeMap<>();
    seeds(baseline, variant).forEach(result -> bySeed.put(result.seed(), result));
    return bySeed;
  }

  private Stream<CellResult> of(String baseline) {
    return results.stream().filter(result -> result.baseline().equals(baseline));
  }

  private static AccuracyCurve line(SortedMap<Integer, Double> curve) {
    Map<Double, Double> points = new TreeMap<>();
    curve.forEach((epoch, accuracy) -> points.put((double) epoch, accuracy));
    return new AccuracyCurve(points);
  }
}
