package dev.mto.bench.study;

import dev.mto.evaluation.curve.AccuracyCurve;
import dev.mto.evaluation.curve.Rauc;
import dev.mto.evaluation.curve.SeedSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Results of a study's finished cells, by baseline, variant and seed.
 *
 * @param all of them, in the order of the plan
 * @param reference the variant that others are compared with
 */
record Outcomes(List<CellResult> all, String reference) {
  /** As many as are told apart in one picture. */
  private static final int CURVES = 7;

  List<String> baselines() {
    return all.stream().map(CellResult::baseline).distinct().toList();
  }

  /** All variants of all baselines. */
  List<Variant> variants() {
    return baselines().stream().flatMap(baseline -> variants(baseline).stream()).toList();
  }

  /** Variants of a baseline's finished cells that were trained, the reference first. */
  List<Variant> variants(String baseline) {
    List<String> names = new ArrayList<>();
    all.stream()
        .filter(result -> result.baseline().equals(baseline))
        .map(CellResult::variant)
        .filter(name -> !name.equals(Cell.UNTRAINED))
        .distinct()
        .forEach(names::add);
    if (names.remove(reference)) {
      names.add(0, reference);
    }
    return names.stream().map(name -> variant(baseline, name)).toList();
  }

  Variant variant(String baseline, String name) {
    return new Variant(
        baseline, name, name.equals(reference), seeds(baseline, name), seeds(baseline, reference));
  }

  private List<CellResult> seeds(String baseline, String variant) {
    return all.stream()
        .filter(result -> result.baseline().equals(baseline) && result.variant().equals(variant))
        .toList();
  }

  /** Variants that a figure shows: those that all baselines have, if these are several. */
  List<Variant> shown(String baseline) {
    List<Variant> variants = variants(baseline);
    List<Variant> common =
        variants.stream()
            .filter(
                variant ->
                    baselines().stream()
                        .noneMatch(other -> variant(other, variant.name()).seeds().isEmpty()))
            .toList();
    return (common.size() > 1 ? common : variants).stream().limit(CURVES).toList();
  }

  /** Top-1 of k-NN on raw pixels, which does not depend on the encoder. */
  OptionalDouble pixels() {
    return all.stream()
        .map(CellResult::pixels)
        .filter(Objects::nonNull)
        .mapToDouble(Double::doubleValue)
        .findFirst();
  }

  /**
   * The finished cells of a variant of a baseline.
   *
   * @param isReference whether others are compared with it
   * @param seeds one cell a seed
   * @param references those of the variant that it is compared with
   */
  record Variant(
      String baseline,
      String name,
      boolean isReference,
      List<CellResult> seeds,
      List<CellResult> references) {

    /** Epochs after which any of its seeds was measured. */
    SortedSet<Integer> epochs(Measurement.Kind kind) {
      return seeds.stream()
          .flatMap(result -> result.curve(kind).keySet().stream())
          .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Accuracies over seeds after an epoch. */
    SeedSummary accuracy(Measurement.Kind kind, int epoch) {
      return SeedSummary.of(
          seeds.stream()
              .map(result -> result.curve(kind).get(epoch))
              .filter(Objects::nonNull)
              .mapToDouble(Double::doubleValue)
              .toArray());
    }

    /** How much better than the reference's the accuracy of the same seed is. */
    SeedSummary gain(Measurement.Kind kind, int epoch) {
      List<Double> gains = new ArrayList<>();
      forEachPair(
          (result, other) -> {
            Double accuracy = result.curve(kind).get(epoch);
            Double before = other.curve(kind).get(epoch);
            if (accuracy != null && before != null) {
              gains.add(accuracy - before);
            }
          });
      return SeedSummary.of(gains.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /**
     * RAUC against the reference over all measured epochs, by seed; a seed whose reference does not
     * rise is left out.
     */
    SortedMap<Long, Rauc> rauc(Measurement.Kind kind) {
      SortedMap<Long, Rauc> bySeed = new TreeMap<>();
      forEachPair(
          (result, other) ->
              rauc(other.curve(kind), result.curve(kind))
                  .ifPresent(rauc -> bySeed.put(result.seed(), rauc)));
      return bySeed;
    }

    private static Optional<Rauc> rauc(
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

    private static AccuracyCurve line(SortedMap<Integer, Double> curve) {
      Map<Double, Double> points = new TreeMap<>();
      curve.forEach((epoch, accuracy) -> points.put((double) epoch, accuracy));
      return new AccuracyCurve(points);
    }

    /** Each cell with the reference's of the same seed, where there is one. */
    private void forEachPair(BiConsumer<CellResult, CellResult> use) {
      for (CellResult result : seeds) {
        references.stream()
            .filter(other -> other.seed() == result.seed())
            .forEach(other -> use.accept(result, other));
      }
    }

    /** H of each layer over seeds, after an epoch, by token group. */
    SortedMap<String, List<SeedSummary>> heterogeneity(int epoch) {
      SortedMap<String, List<List<Double>>> byGroup = new TreeMap<>();
      for (CellResult result : seeds) {
        result
            .heterogeneity()
            .getOrDefault(epoch, new TreeMap<>())
            .forEach(
                (group, layers) ->
                    byGroup.computeIfAbsent(group, g -> new ArrayList<>()).add(layers));
      }
      SortedMap<String, List<SeedSummary>> summaries = new TreeMap<>();
      byGroup.forEach(
          (group, layers) ->
              summaries.put(
                  group,
                  IntStream.range(0, layers.get(0).size())
                      .mapToObj(
                          layer ->
                              SeedSummary.of(
                                  layers.stream().mapToDouble(h -> h.get(layer)).toArray()))
                      .toList()));
      return summaries;
    }

    /** Epochs after which H was measured. */
    SortedSet<Integer> heterogeneityEpochs() {
      return seeds.stream()
          .flatMap(result -> result.heterogeneity().keySet().stream())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
