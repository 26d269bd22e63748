package dev.mto.engine.hooks;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known when a run begins.
 *
 * @param folder of the run, with {@code config.yaml} and {@code provenance.json}
 * @param config every key, such as {@code training.base_lr}, and its value as YAML in one line
 * @param step optimizer steps that are done: above 0 where the run goes on from a checkpoint
 * @param steps optimizer steps in all
 * @param epochs epochs in all
 */
public record RunStart(Path folder, Map<String, String> config, long step, long steps, int epochs) {
  /** Copies the map. */
  public RunStart {
    config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
  }
}
