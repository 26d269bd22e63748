package dev.mto.bench.study;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.Setting;
import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A study file. */
record StudyConfig(
    @Setting(
            value = "Name of the study, and of its folder.",
            range = "letters, digits, _, - and . inside")
        String name,
    @Setting(
            value = "Folder of runs and report; null for runs/studies/NAME.",
            range = "a folder, or null")
        String out,
    @Setting(
            value =
                "Folder with one small file a finished cell, to be kept under version control; null"
                    + " for none.",
            range = "a folder, or null")
        String results,
    @Setting("Folders of images.") Data data,
    @Setting(value = "Configuration files by name.", range = "NAME: FILE")
        Map<String, String> baselines,
    @Setting(
            value = "Settings over a baseline's configuration, as --set takes them, by name.",
            range = "NAME: [KEY=VALUE, …]")
        Map<String, List<String>> variants,
    @Setting(value = "The variant with which others are compared.", range = "a name of variants")
        String reference,
    @Setting(
            value =
                "Variants that are compared with another than the reference, such as those of a shorter"
                    + " schedule.",
            range = "NAME: NAME, names of variants")
        Map<String, String> comparedWith,
    @Setting(
            "Which cells there are: a list of parts, each with every combination of its baselines,"
                + " variants and seeds.")
        List<Grid> grid,
    @Setting("Whether each baseline's first values are measured too, for each seed.")
        boolean untrained,
    @Setting("How encoders are measured, and after which epochs; null for what is not measured.")
        Measures measures,
    @Setting(
            "Decides whether half a schedule with MTO does for a whole one without; null for no"
                + " such question.")
        Halving halving,
    @Setting(value = "Cells that run at the same time.", unit = "cells", range = "at least 1")
        int sideBySide,
    @Setting(value = "Threads of each cell.", unit = "threads", range = "at least 1") int threads) {

  /** Folders of images. */
  record Data(
      @Setting(value = "Images to pre-train on; labels are not used.", range = "a folder")
          String pretrain,
      @Setting(value = "Labelled images to train classifiers on.", range = "a folder") String train,
      @Setting(value = "Labelled images to measure on.", range = "a folder") String test) {
    Data {
      given("data.pretrain", pretrain);
      given("data.train", train);
      given("data.test", test);
    }
  }

  /** Every combination of these. */
  record Grid(
      @Setting(value = "Names of baselines.", range = "names of baselines") List<String> baselines,
      @Setting(value = "Names of variants.", range = "names of variants") List<String> variants,
      @Setting(value = "Seeds of the runs.", range = "whole numbers") List<Long> seeds,
      @Setting(
              value =
                  "Those of the measures' epochs after which these cells are measured; all where it"
                      + " is not given.",
              unit = "epochs",
              range = "some of the measures' epochs, or null")
          List<Integer> epochs) {
    Grid {
      epochs = epochs == null ? List.of() : List.copyOf(epochs);
      baselines = some("grid.baselines", baselines);
      variants = some("grid.variants", variants);
      seeds = some("grid.seeds", seeds);
    }
  }

  /** Null for what is not measured. */
  record Measures(
      @Setting("Fine-tuning.") Measure finetune,
      @Setting(
              "A linear classifier; without a recipe it is logistic regression on cached features. With"
                  + " one it is trained by LARS, and reports leave its figures out: on few images they"
                  + " are not the features'.")
          Measure linear,
      @Setting("A learned query that attends to patch tokens, and a linear classifier.")
          Measure attentive,
      @Setting("Nearest neighbours, which have no recipe.") Measure knn) {
    Measures {
      require(
          knn == null || knn.hasNoRecipe(),
          "measures.knn: recipe and set are given, but nearest neighbours have none; leave them out");
    }

    /** Null where it is not measured. */
    Measure of(Measurement.Kind kind) {
      return switch (kind) {
        case FINETUNE -> finetune;
        case LINEAR -> linear;
        case ATTENTIVE -> attentive;
        case KNN -> knn;
      };
    }

    private SortedSet<Integer> epochs() {
      return Stream.of(finetune, linear, attentive, knn)
          .filter(Objects::nonNull)
          .flatMap(measure -> measure.epochs().stream())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** How and when. */
  record Measure(
      @Setting(
              value = "File over the baseline's official recipe; null for that alone.",
              range = "a file, or null")
          String recipe,
      @Setting(
              value = "Settings over both, as --recipe-set takes them; null for none.",
              range = "[KEY=VALUE, …], or null")
          List<String> set,
      @Setting(
              value =
                  "Block of the encoder whose patch tokens are taken, before any norm; null for the"
                      + " encoder's features. Fine-tuning has none.",
              unit = "blocks",
              range = "from 1 to model.depth, or null")
          Integer block,
      @Setting(
              value = "Epochs of pre-training after which is measured.",
              unit = "epochs",
              range = "greater than 0")
          List<Integer> epochs) {
    Measure {
      set = set == null ? List.of() : List.copyOf(set);
      require(block == null || block > 0, "measures: block is " + block + " but must be above 0");
      epochs = some("measures: epochs", epochs).stream().sorted().distinct().toList();
      require(epochs.get(0) > 0, "measures: epochs are " + epochs + " but must be above 0");
    }

    /** Whether neither a file nor a setting of one is given. */
    boolean hasNoRecipe() {
      return recipe == null && set.isEmpty();
    }
  }

  /**
   * Variants of a whole schedule and of complete ones of half the length, after their last epoch.
   */
  record Halving(
      @Setting(value = "A whole schedule without MTO.", range = "a name of variants") String whole,
      @Setting(value = "Half the length without MTO.", range = "a name of variants") String half,
      @Setting(value = "Half the length with MTO.", range = "a name of variants")
          String halfWithMto,
      @Setting(
              value =
                  "A whole schedule with MTO, whose middle is shown beside; null for none. It"
                      + " decides nothing.",
              range = "a name of variants, or null")
          String wholeWithMto,
      @Setting(
              value = "The measure that decides, after the last epoch of each.",
              range = "finetune, linear, attentive or knn; one of the measures")
          Measurement.Kind measure) {

    /** Those that decide. */
    List<String> variants() {
      return List.of(whole, half, halfWithMto);
    }
  }

  StudyConfig {
    given("name", name);
    requireFileName("name", name);
    given("data", data);
    given("baselines", baselines);
    given("variants", variants);
    given("measures", measures);
    require(!measures.epochs().isEmpty(), "measures: none is given; give at least one");
    grid = some("grid", grid);
    baselines.keySet().forEach(key -> requireFileName("baselines", key));
    variants.keySet().forEach(key -> requireFileName("variants", key));
    require(
        !variants.containsKey(Cell.UNTRAINED),
        "variants: '" + Cell.UNTRAINED + "' is what first values are called; take another name");
    baselines = new LinkedHashMap<>(baselines);
    baselines.forEach((key, file) -> given("baselines." + key, file));
    variants = new LinkedHashMap<>(variants);
    variants.replaceAll((key, settings) -> settings == null ? List.of() : settings);
    require(sideBySide >= 1, "side_by_side: is " + sideBySide + " but must be at least 1");
    require(threads >= 1, "threads: is " + threads + " but must be at least 1");
    for (Grid part : grid) {
      known("grid.baselines", part.baselines(), baselines);
      known("grid.variants", part.variants(), variants);
      require(
          measures.epochs().containsAll(part.epochs()),
          "grid.epochs: are " + part.epochs() + " but measures have only " + measures.epochs());
    }
    given("reference", reference);
    known("reference", List.of(reference), variants);
    comparedWith = comparedWith == null ? Map.of() : Map.copyOf(comparedWith);
    known("compared_with", List.copyOf(comparedWith.keySet()), variants);
    known("compared_with", List.copyOf(comparedWith.values()), variants);
    if (halving != null) {
      given("halving.whole", halving.whole());
      given("halving.half", halving.half());
      given("halving.half_with_mto", halving.halfWithMto());
      given("halving.measure", halving.measure());
      known("halving", halving.variants(), variants);
      if (halving.wholeWithMto() != null) {
        known("halving", List.of(halving.wholeWithMto()), variants);
      }
      require(
          measures.of(halving.measure()) != null,
          "halving.measure: " + halving.measure().command() + " is not among the measures");
      require(
          halving.measure() != Measurement.Kind.LINEAR || measures.linear().hasNoRecipe(),
          "halving.measure: linear has a recipe, by which nothing is decided; leave recipe and set out");
    }
  }

  /**
   * Reads a study file.
   *
   * @throws UserException for a missing file, an unknown key or name, or a value out of range
   */
  static StudyConfig read(Path file, List<String> settings) {
    return ConfigLoader.load(StudyKeys.defaults(), file, settings, StudyConfig.class);
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
            comparedWith,
            grid,
            untrained,
            measures,
            halving,
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
