package dev.mto.engine.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Everything a report needs of {@code metrics.jsonl}, read once and in bounded memory. */
final class RunMetrics implements MetricsRow.Visitor {
  private static final DownsampledCurve NOTHING = new DownsampledCurve();

  private final Map<String, DownsampledCurve> numbers = new LinkedHashMap<>();
  private final Map<String, LayerCurves> layers = new LinkedHashMap<>();
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
    row.visit(this);
  }

  @Override
  public void number(String name, double value) {
    numbers.computeIfAbsent(name, key -> new DownsampledCurve()).add(step, value);
  }

  @Override
  public void numbers(String name, double[] values) {
    layers.computeIfAbsent(name, key -> new LayerCurves()).add(step, values);
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

  /** Curves of fields that hold one value a layer, by name of the field. */
  Map<String, LayerCurves> layerCurves() {
    return layers;
  }
}
