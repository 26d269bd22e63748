package dev.mto.engine.hooks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a step measured, as a row of {@code metrics.jsonl} has it.
 *
 * @param step steps done, from 1
 * @param epoch epochs done, with the fraction of the current one
 * @param numbers by name, such as {@code loss}, {@code loss.ss}, {@code lr}, {@code
 *     images_per_second}
 * @param layers a number for each layer by name, such as {@code heterogeneity} in nats from layer
 *     0; empty where it was not measured
 */
public record RunStep(
    long step, double epoch, Map<String, Double> numbers, Map<String, List<Double>> layers) {
  /** Copies the maps. */
  public RunStep {
    numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
  }
}
