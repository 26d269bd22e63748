package dev.mto.engine.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Everything a report needs of {@code metrics.jsonl}, read once and in bounded memory. */
final class RunMetrics {
  static final String LOSS = "loss";
  static final String SELF_SUPERVISED = "loss.ss";
  static final String REFERENCE = "loss.reference";
  static final String HETEROGENEITY = "heterogeneity";
  static final String BOUND = "heterogeneity.bound";
  static final String LEARNING_RATE = "lr";
  static final String GRADIENT_NORM = "grad_norm";
  static final String SPEED = "images_per_second";
  static final String MASK_TOKEN_NORM = "mask_token_norm";
  static final String MASK_VISIBLE_COSINE = "mask_visible_cosine";
  static final String KNN = "knn";
  static final String VALIDATION_LOSS = "val_loss";

  private static final DownsampledCurve NOTHING = new DownsampledCurve();

  private final Map<String, DownsampledCurve> numbers = new LinkedHashMap<>();
  private final Map<String, LayerCurves> heterogeneity = new LinkedHashMap<>();
  private long step;
  private OptionalLong epoch = OptionalLong.empty();

  private RunMetrics() {}

  /** Metrics without any row where the file does not exist. */
  static RunMetrics read(Path file) throws IOException {
    RunMetrics metrics = new RunMetrics();
    if (Files.exists(file)) {
      MetricsFile.forEach(file, metrics::add);
    }
    return metrics;
  }

  private void add(MetricsRow row) {
    step = row.step();
    epoch = row.epoch().isPresent() ? row.epoch() : epoch;
    for (String name : row.names()) {
      double[] layers = row.numbers(name);
      if (layers.length > 0 && name.startsWith(HETEROGENEITY)) {
        heterogeneity
            .computeIfAbsent(name.substring(HETEROGENEITY.length()), key -> new LayerCurves())
            .add(step, layers);
      }
      row.number(name)
          .ifPresent(
              value ->
                  numbers.computeIfAbsent(name, key -> new DownsampledCurve()).add(step, value));
    }
  }

  /** The step of the last row; 0 where there is none. */
  long step() {
    return step;
  }

  OptionalLong epoch() {
    return epoch;
  }

  /** The curve of a field; an empty one where no row has it. */
  DownsampledCurve curve(String name) {
    return numbers.getOrDefault(name, NOTHING);
  }

  boolean has(String name) {
    return !curve(name).isEmpty();
  }

  /** Curves by name of the field, in order of first appearance. */
  Map<String, DownsampledCurve> curves() {
    return numbers;
  }

  /** H by layer, by what follows {@value #HETEROGENEITY} in the field's name: .GROUP or nothing. */
  Map<String, LayerCurves> heterogeneity() {
    return heterogeneity;
  }
}
