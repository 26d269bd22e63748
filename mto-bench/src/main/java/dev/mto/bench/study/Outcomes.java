package dev.mto.bench.study;

import dev.mto.evaluation.curve.AccuracyCurve;
import dev.mto.evaluation.curve.RaucOverSeeds;
import dev.mto.evaluation.curve.SeedSummary;
import dev.mto.evaluation.curve.TimeToAccuracy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Results of a study's finished cells, by baseline, variant and seed.
 *
 * @param all of them, in the order of the plan
 * @param reference the variant that others are compared with
 * @param comparedWith other ones for some variants
 */
record Outcomes(List<CellResult> all, String reference, Map<String, String> comparedWith) {
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
    String other = comparedWith.getOrDefault(name, reference);
    boolean isReference = name.equals(reference) || comparedWith.containsValue(name);
    return new Variant(
        baseline, name, other, isReference, seeds(baseline, name), seeds(baseline, other));
  }

  /** What variants are compared with, for example "'none' ('none-half' for mto-half)". */
  String references() {
    SortedMap<String, List<String>> others = new TreeMap<>();
    new TreeMap<>(comparedWith)
        .forEach((name, other) -> others.computeIfAbsent(other, o -> new ArrayList<>()).add(name));
    StringBuilder text = new StringBuilder("'" + reference + "'");
    others.forEach(
        (other, names) -> text.append(" ('%s' for %s)".formatted(other, String.join(", ", names))));
    return text.toString();
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

  /** So many of so many. */
  record Share(int count, int of) {
    static final Share NONE = new Share(0, 0);

    Share plus(Share other) {
      return new Share(count + other.count, of + other.of);
    }

    @Override
    public String toString() {
      return of == 0 ? "" : count + " of " + of;
    }
  }

  /**
   * The finished cells of a variant of a baseline.
   *
   * @param other the variant that it is compared with
   * @param isReference whether others are compared with it
   * @param seeds one cell a seed
   * @param references those of the variant that it is compared with
   */
  record Variant(
      String baseline,
      String name,
      String other,
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
      return SeedSummary.of(gains(kind, epoch).stream().mapToDouble(Double::doubleValue).toArray());
    }

    private List<Double> gains(Measurement.Kind kind, int epoch) {
      List<Double> gains = new ArrayList<>();
      forEachPair(
          (result, other) -> {
            Double accuracy = result.curve(kind).get(epoch);
            Double before = other.curve(kind).get(epoch);
            if (accuracy != null && before != null) {
              gains.add(accuracy - before);
            }
          });
      return gains;
    }

    /**
     * RAUC against the reference over {@link #epochsOfCurves}, of the seeds that both have; none
     * where there are fewer than two epochs.
     */
    Optional<RaucOverSeeds> rauc(Measurement.Kind kind) {
      Curves curves = curves(kind);
      return curves.before().isEmpty()
          ? Optional.empty()
          : Optional.of(
              RaucOverSeeds.of(
                  curves.before(),
                  curves.after(),
                  curves.before().get(0).first(),
                  curves.before().get(0).last()));
    }

    /** When seeds reach their reference's last accuracy. */
    TimeToAccuracy timeToReference(Measurement.Kind kind) {
      Curves curves = curves(kind);
      return TimeToAccuracy.of(curves.before(), curves.after());
    }

    /**
     * How much better than the reference of the same seed each seed is in the mean over the
     * schedule: the area between the curves over its length in epochs.
     */
    List<Double> gainsOverSchedule(Measurement.Kind kind) {
      Curves curves = curves(kind);
      return IntStream.range(0, curves.before().size())
          .mapToObj(pair -> meanGain(curves.before().get(pair), curves.after().get(pair)))
          .toList();
    }

    private static double meanGain(AccuracyCurve before, AccuracyCurve after) {
      double from = before.first();
      double to = before.last();
      return (after.integral(from, to) - before.integral(from, to)) / (to - from);
    }

    /** How many pairs of the same seed there are after an epoch, and in how many it is ahead. */
    Share ahead(Measurement.Kind kind, int epoch) {
      List<Double> gains = gains(kind, epoch);
      return new Share((int) gains.stream().filter(gain -> gain > 0).count(), gains.size());
    }

    /**
     * How many measurements there are, and how many are not above the same seed's untrained twin.
     */
    Share behind(Measurement.Kind kind, int epoch, List<CellResult> untrained) {
      int of = 0;
      int behind = 0;
      for (CellResult result : seeds) {
        for (CellResult twin : untrained) {
          Double accuracy = result.curve(kind).get(epoch);
          if (twin.seed() == result.seed() && accuracy != null && twin.curve(kind).containsKey(0)) {
            of++;
            behind += accuracy <= twin.curve(kind).get(0) ? 1 : 0;
          }
        }
      }
      return new Share(behind, of);
    }

    /** A loss of each seed; none of those that have none. */
    SeedSummary loss(Function<CellResult, OptionalDouble> loss) {
      return SeedSummary.of(
          seeds.stream().map(loss).flatMapToDouble(OptionalDouble::stream).toArray());
    }

    /** How much larger than the reference's of the same seed a loss is. */
    SeedSummary lossDifference(Function<CellResult, OptionalDouble> loss) {
      List<Double> differences = new ArrayList<>();
      forEachPair(
          (result, other) -> {
            OptionalDouble of = loss.apply(result);
            OptionalDouble reference = loss.apply(other);
            if (of.isPresent() && reference.isPresent()) {
              differences.add(of.getAsDouble() - reference.getAsDouble());
            }
          });
      return SeedSummary.of(differences.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Curves of the reference and of this variant, pair by pair. */
    private record Curves(List<AccuracyCurve> before, List<AccuracyCurve> after) {}

    /**
     * Epochs after which all pairs of curves were measured, so that areas are over the same part of
     * the schedule; fewer than two where there is none.
     */
    SortedSet<Integer> epochsOfCurves(Measurement.Kind kind) {
      SortedSet<Integer> common = new TreeSet<>();
      forEachCurve(kind, (before, after) -> common.addAll(before.keySet()));
      forEachCurve(
          kind,
          (before, after) -> {
            common.retainAll(before.keySet());
            common.retainAll(after.keySet());
          });
      return common;
    }

    /** Of the seeds that both have, after {@link #epochsOfCurves}. */
    private Curves curves(Measurement.Kind kind) {
      SortedSet<Integer> epochs = epochsOfCurves(kind);
      Curves curves = new Curves(new ArrayList<>(), new ArrayList<>());
      if (epochs.size() > 1) {
        forEachCurve(
            kind,
            (before, after) -> {
              curves.before().add(line(before, epochs));
              curves.after().add(line(after, epochs));
            });
      }
      return curves;
    }

    /** Pairs of curves; single points are none. */
    private void forEachCurve(
        Measurement.Kind kind,
        BiConsumer<SortedMap<Integer, Double>, SortedMap<Integer, Double>> use) {
      forEachPair(
          (result, other) -> {
            if (other.curve(kind).size() > 1 && result.curve(kind).size() > 1) {
              use.accept(other.curve(kind), result.curve(kind));
            }
          });
    }

    private static AccuracyCurve line(SortedMap<Integer, Double> curve, Set<Integer> epochs) {
      Map<Double, Double> points = new TreeMap<>();
      epochs.forEach(epoch -> points.put((double) epoch, curve.get(epoch)));
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

    /**
     * A value of each layer over seeds, after an epoch, by token group.
     *
     * @param figures of a cell by epoch and token group
     */
    SortedMap<String, List<SeedSummary>> layers(
        Function<CellResult, SortedMap<Integer, SortedMap<String, List<Double>>>> figures,
        int epoch) {
      SortedMap<String, List<List<Double>>> byGroup = new TreeMap<>();
      for (CellResult result : seeds) {
        figures
            .apply(result)
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
                                  layers.stream().mapToDouble(of -> of.get(layer)).toArray()))
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
