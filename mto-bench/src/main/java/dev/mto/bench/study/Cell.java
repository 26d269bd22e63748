package dev.mto.bench.study;

import dev.mto.engine.config.RunConfig;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One pre-training run of a study and what is measured of it.
 *
 * @param variant name of the variant; {@link #UNTRAINED} for first values
 * @param config of pre-training
 * @param measurements what is measured
 * @param hash of everything that its numbers depend on, but for the program itself
 */
record Cell(
    String baseline,
    String variant,
    long seed,
    RunConfig config,
    List<Measurement> measurements,
    String hash) {
  static final String UNTRAINED = "untrained";

  /** Names it among the cells of its study. */
  String id() {
    return baseline + "-" + variant + "-seed" + seed;
  }

  boolean untrained() {
    return variant.equals(UNTRAINED);
  }

  /** The epochs after which anything is measured. */
  SortedSet<Integer> epochs() {
    SortedSet<Integer> all = new TreeSet<>();
    measurements.forEach(measurement -> all.addAll(measurement.epochs()));
    return all;
  }
}
