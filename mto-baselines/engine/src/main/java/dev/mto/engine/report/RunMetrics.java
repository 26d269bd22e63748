package dev.mto.engine.report;

import dev.mto.engine.pictures.LineChart;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Everything a report needs of {@code metrics.jsonl}, read row by row into bounded memory. */
final class RunMetrics {
  static final String LOSS = "loss";
  static final String SELF_SUPERVISED = "loss.ss";
  static final String REFERENCE = "loss.reference";
  static final String HETEROGENEITY = "heterogeneity";
  static final String VISIBLE_NORM = "norm.visible";
  static final String MASKED_NORM = "norm.masked";
  static final String WEIGHT = "mto_weight.";
  static final String GRADIENT_SHARE = "grad_share.";
  static final String GRADIENT_COSINE = "grad_cosine.";
  static final String TEMPERATURE = "temperature";
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
  private final Map<String, LayerCurves> layers = new LinkedHashMap<>();
  private long step;
  private double epochs = Double.NaN;

  void add(MetricsRow row) {
    step = row.step();
    epochs = row.number("epoch").orElse(epochs);
    for (String name : row.names()) {
      double[] byLayer = row.numbers(name);
      if (byLayer.length > 0) {
        layers.computeIfAbsent(name, key -> new LayerCurves()).add(step, byLayer);
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

  /** Epochs done, with the fraction of the current one; NaN where no row says it. */
  double epochs() {
    return epochs;
  }

  /** Steps of an epoch; NaN where it is not known. */
  double stepsPerEpoch() {
    return epochs > 0 ? step / epochs : Double.NaN;
  }

  /** A chart of curves over steps, with a scale of epochs where they are known. */
  LineChart chart(String title, String unit) {
    LineChart chart = LineChart.of(title, "step", unit);
    return epochs > 0 ? chart.withScale(new LineChart.Scale("epoch", epochs / step)) : chart;
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
    Map<String, LayerCurves> groups = new LinkedHashMap<>();
    layers.forEach(
        (name, curves) -> {
          if (name.startsWith(HETEROGENEITY)) {
            groups.put(name.substring(HETEROGENEITY.length()), curves);
          }
        });
    return groups;
  }

  /** The values of a field that has one for each layer; none where no row has it. */
  Optional<LayerCurves> layers(String name) {
    return Optional.ofNullable(layers.get(name));
  }

  /** Curves of the fields that begin with {@code prefix}, by what follows it. */
  Map<String, DownsampledCurve> curves(String prefix) {
    Map<String, DownsampledCurve> found = new LinkedHashMap<>();
    numbers.forEach(
        (name, curve) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), curve);
          }
        });
    return found;
  }
}
