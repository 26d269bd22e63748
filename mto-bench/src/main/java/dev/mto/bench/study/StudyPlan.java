package dev.mto.bench.study;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.evaluation.AttentiveProbeConfig;
import dev.mto.evaluation.FineTuneConfig;
import dev.mto.evaluation.LinearProbeConfig;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The cells of a study, in the order in which they run: all variants of a seed side by side. */
final class StudyPlan {
  private final StudyConfig study;
  private final Map<String, String> images;

  private StudyPlan(StudyConfig study, StudyImages images) {
    this.study = study;
    this.images = images.identities();
  }

  /**
   * The cells.
   *
   * @throws UserException when a configuration or a recipe is wrong
   */
  static List<Cell> of(StudyConfig study, StudyImages images) {
    return new StudyPlan(study, images).cells();
  }

  private List<Cell> cells() {
    Map<String, Cell> cells = new LinkedHashMap<>();
    Map<List<Object>, Set<Integer>> epochs = epochsOfCells();
    Set<Long> seeds = new LinkedHashSet<>();
    study.grid().forEach(part -> seeds.addAll(part.seeds()));
    for (long seed : seeds) {
      for (StudyConfig.Grid part : study.grid()) {
        if (part.seeds().contains(seed)) {
          for (String baseline : part.baselines()) {
            if (study.untrained()) {
              add(cells, untrained(baseline, seed));
            }
            for (String variant : part.variants()) {
              Set<Integer> only = epochs.get(List.of(baseline, variant, seed));
              add(cells, trained(baseline, variant, seed, only));
            }
          }
        }
      }
    }
    return List.copyOf(cells.values());
  }

  /** Of each cell the epochs that any part of the grid asks for; empty where one asks for all. */
  private Map<List<Object>, Set<Integer>> epochsOfCells() {
    Map<List<Object>, Set<Integer>> epochs = new HashMap<>();
    for (StudyConfig.Grid part : study.grid()) {
      for (String baseline : part.baselines()) {
        for (String variant : part.variants()) {
          for (long seed : part.seeds()) {
            epochs.merge(
                List.of(baseline, variant, seed), Set.copyOf(part.epochs()), StudyPlan::union);
          }
        }
      }
    }
    return epochs;
  }

  private static Set<Integer> union(Set<Integer> some, Set<Integer> more) {
    Set<Integer> union = new HashSet<>(some);
    union.addAll(more);
    return some.isEmpty() || more.isEmpty() ? Set.of() : union;
  }

  private static void add(Map<String, Cell> cells, Cell cell) {
    Cell same = cells.putIfAbsent(cell.id(), cell);
    if (same != null
        && !(same.baseline().equals(cell.baseline()) && same.variant().equals(cell.variant()))) {
      throw new UserException(
          "grid: %s is both '%s' of '%s' and '%s' of '%s'; name one of them otherwise"
              .formatted(
                  cell.id(), same.variant(), same.baseline(), cell.variant(), cell.baseline()));
    }
  }

  private Cell trained(String baseline, String variant, long seed, Set<Integer> only) {
    Map<Measurement.Kind, List<Integer>> epochs = epochs(only);
    int every =
        epochs.values().stream()
            .flatMap(List::stream)
            .map(BigInteger::valueOf)
            .reduce(BigInteger.ZERO, BigInteger::gcd)
            .intValue();
    int last = epochs.values().stream().flatMap(List::stream).max(Integer::compare).orElse(0);
    int trained = configuration(baseline, variant, seed, List.of()).training().epochs();
    if (last > trained) {
      throw new UserException(
          "%s: measures: epoch %d is beyond the %d that are trained (training.epochs)"
              .formatted(study.baselines().get(baseline), last, trained));
    }
    requireLastEpoch(variant, trained, epochs);
    int kept = trained / every + (trained % every == 0 ? 0 : 1); // the last one always is
    List<String> checkpoints =
        List.of("checkpoint.every_epochs=" + every, "checkpoint.keep=" + kept);
    RunConfig config = configuration(baseline, variant, seed, checkpoints);
    return cell(baseline, variant, seed, config, epochs);
  }

  /** What decides is measured at the end of each schedule, what is shown beside in the middle. */
  private void requireLastEpoch(
      String variant, int trained, Map<Measurement.Kind, List<Integer>> epochs) {
    StudyConfig.Halving halving = study.halving();
    if (halving == null) {
      return;
    }
    List<Integer> measured = epochs.getOrDefault(halving.measure(), List.of());
    if (halving.variants().contains(variant) && !measured.contains(trained)) {
      throw new UserException(
          "halving: '%s' is to be measured after its last epoch, %d, but %s is not: add it to its epochs"
              .formatted(variant, trained, halving.measure().command()));
    }
    boolean shown = variant.equals(halving.whole()) || variant.equals(halving.wholeWithMto());
    if (halving.wholeWithMto() != null
        && shown
        && (trained % 2 != 0 || !measured.contains(trained / 2))) {
      throw new UserException(
          "halving.whole_with_mto: '%s' is to be measured in the middle of its %d epochs, but %s is not: add it to its epochs, or leave the key out"
              .formatted(variant, trained, halving.measure().command()));
    }
  }

  private Cell untrained(String baseline, long seed) {
    Map<Measurement.Kind, List<Integer>> epochs = epochs(Set.of());
    epochs.replaceAll((kind, all) -> List.of(0));
    return cell(
        baseline,
        Cell.UNTRAINED,
        seed,
        configuration(baseline, study.reference(), seed, List.of("training.epochs=0")),
        epochs);
  }

  /**
   * When a cell is measured.
   *
   * @param only these epochs; empty for all
   */
  private Map<Measurement.Kind, List<Integer>> epochs(Set<Integer> only) {
    Map<Measurement.Kind, List<Integer>> epochs = new LinkedHashMap<>();
    for (Measurement.Kind kind : Measurement.Kind.values()) {
      if (measure(kind) != null) {
        List<Integer> measured = new ArrayList<>(measure(kind).epochs());
        measured.removeIf(epoch -> !only.isEmpty() && !only.contains(epoch));
        if (!measured.isEmpty()) {
          epochs.put(kind, measured);
        }
      }
    }
    return epochs;
  }

  private Cell cell(
      String baseline,
      String variant,
      long seed,
      RunConfig config,
      Map<Measurement.Kind, List<Integer>> epochs) {
    List<Measurement> measurements = new ArrayList<>();
    epochs.forEach(
        (kind, all) -> {
          String recipe = recipe(kind, config, seed);
          Integer block = recipe.isEmpty() ? measure(kind).block() : null;
          measurements.add(new Measurement(kind, block, recipe, all));
        });
    return Cell.of(baseline, variant, seed, config, images, measurements);
  }

  private RunConfig configuration(String baseline, String variant, long seed, List<String> more) {
    List<String> settings = new ArrayList<>(study.variants().get(variant));
    settings.add("data.train=" + study.data().pretrain());
    settings.add("training.seed=" + seed);
    settings.addAll(more);
    return ConfigLoader.load(
        Path.of(study.baselines().get(baseline)), settings, name -> Baselines.named(name).recipe());
  }

  private String recipe(Measurement.Kind kind, RunConfig config, long seed) {
    Baseline method = Baselines.named(config.baseline());
    return switch (kind) {
      case FINETUNE -> recipe(kind, method.fineTuneRecipe(), seed, FineTuneConfig.class);
      case LINEAR ->
          measure(kind).hasNoRecipe()
              ? ""
              : recipe(kind, method.linearProbeRecipe(), seed, LinearProbeConfig.class);
      case ATTENTIVE ->
          recipe(kind, method.attentiveProbeRecipe(), seed, AttentiveProbeConfig.class);
      case KNN -> "";
    };
  }

  private String recipe(Measurement.Kind kind, String defaults, long seed, Class<?> type) {
    StudyConfig.Measure measure = measure(kind);
    List<String> settings = new ArrayList<>(measure.set());
    settings.add("seed=" + seed);
    if (measure.block() != null) {
      settings.add("block=" + measure.block());
    }
    Path file = measure.recipe() == null ? null : Path.of(measure.recipe());
    return ConfigLoader.write(ConfigLoader.load(defaults, file, settings, type));
  }

  private StudyConfig.Measure measure(Measurement.Kind kind) {
    return study.measures().of(kind);
  }
}
