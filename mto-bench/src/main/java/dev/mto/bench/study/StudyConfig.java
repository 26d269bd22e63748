package dev.mto.bench.study;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A study file.
 *
 * @param name of the study
 * @param out folder of runs and report, or null for {@code runs/studies/NAME}
 * @param results folder with one small file a finished cell, to be kept under version control, or
 *     null for none
 * @param data folders of images
 * @param baselines configuration files by name
 * @param variants settings over the baseline's configuration, as {@code --set} takes them, by name
 * @param reference the variant with which others are compared
 * @param grid which cells there are
 * @param untrained whether each baseline's first values are measured too, for each seed
 * @param measures how encoders are measured, and after which epochs
 * @param sideBySide cells at the same time
 * @param threads of each
 */
record StudyConfig(
    String name,
    String out,
    String results,
    Data data,
    Map<String, String> baselines,
    Map<String, List<String>> variants,
    String reference,
    List<Grid> grid,
    boolean untrained,
    Measures measures,
    int sideBySide,
    int threads) {

  /**
   * Folders of images.
   *
   * @param pretrain images to pre-train on; labels are not used
   * @param train labelled images to train classifiers on
   * @param test labelled images to measure on
   */
  record Data(String pretrain, String train, String test) {
    Data {
      given("data.pretrain", pretrain);
      given("data.train", train);
      given("data.test", test);
    }
  }

  /**
   * Every combination of these.
   *
   * @param epochs those of {@code measures} after which these cells are measured; all where it is
   *     not given
   */
  record Grid(
      List<String> baselines, List<String> variants, List<Long> seeds, List<Integer> epochs) {
    Grid {
      epochs = epochs == null ? List.of() : List.copyOf(epochs);
      baselines = some("grid.baselines", baselines);
      variants = some("grid.variants", variants);
      seeds = some("grid.seeds", seeds);
    }
  }

  /** Null for what is not measured. */
  record Measures(Measure finetune, Measure linear, Measure knn) {
    private SortedSet<Integer> epochs() {
      return Stream.of(finetune, linear, knn)
          .filter(Objects::nonNull)
          .flatMap(measure -> measure.epochs().stream())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /**
   * How and when.
   *
   * @param recipe file over the baseline's official recipe, or null; a linear measure without one
   *     is logistic regression on cached features
   * @param set settings over both
   * @param epochs of pre-training after which is measured
   */
  record Measure(String recipe, List<String> set, List<Integer> epochs) {
    Measure {
      set = set == null ? List.of() : List.copyOf(set);
      epochs = some("measures: epochs", epochs).stream().sorted().distinct().toList();
      require(epochs.get(0) > 0, "measures: epochs are " + epochs + " but must be above 0");
    }
  }

  StudyConfig {
    given("name", name);
    requireFileName("name", name);
    given("data", data);
    given("baselines", baselines);
    given("variants", variants);
    given("measures", measures);
    grid = some("grid", grid);
    baselines.keySet().forEach(key -> requireFileName("baselines", key));
    variants.keySet().forEach(key -> requireFileName("variants", key));
    baselines = new LinkedHashMap<>(baselines);
    variants = new LinkedHashMap<>(variants);
    require(sideBySide >= 1, "side_by_side: is " + sideBySide + " but must be at least 1");
    require(threads >= 1, "threads: is " + threads + " but must be at least 1");
    for (Grid part : grid) {
      known("grid.baselines", part.baselines(), baselines);
      known("grid.variants", part.variants(), variants);
      require(
          measures.epochs().containsAll(part.epochs()),
          "grid.epochs: are " + part.epochs() + " but measures have only " + measures.epochs());
    }
    known("reference", List.of(reference), variants);
  }

  /**
   * Reads a study file.
   *
   * @throws UserException for a missing file, an unknown key or name, or a value out of range
   */
  static StudyConfig read(Path file, List<String> settings) {
    try (InputStream defaults = StudyConfig.class.getResourceAsStream("study.yaml")) {
      return ConfigLoader.load(
          new String(defaults.readAllBytes(), StandardCharsets.UTF_8),
          file,
          settings,
          StudyConfig.class);
    } catch (IOException e) {
      throw new UncheckedIOException("study.yaml", e);
    }
  }

  /** The same study in another folder; null for its own. */
  StudyConfig in(Path folder) {
    return folder == null
        ? this
        : new StudyConfig(
            name,
            folder.toString(),
            results,
            data,
            baselines,
            variants,
            reference,
            grid,
            untrained,
            measures,
            sideBySide,
            threads);
  }

  /** Where runs and report go. */
  Path folder() {
    return out == null ? Path.of("runs", "studies", name) : Path.of(out);
  }

  /** Names become parts of names of files. */
  private static void requireFileName(String key, String name) {
    require(
        CellResult.isFileName(name),
        key + ": '" + name + "' must be of letters, digits, _ - and . inside");
  }

  private static void known(String key, List<String> names, Map<String, ?> all) {
    for (String each : names) {
      require(
          all.containsKey(each), key + ": there is no '" + each + "'; there are " + all.keySet());
    }
  }

  private static <T> List<T> some(String key, List<T> values) {
    given(key, values);
    require(!values.isEmpty(), key + ": is empty; give at least one");
    return List.copyOf(values);
  }

  private static void given(String key, Object value) {
    require(value != null, key + ": is missing");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
