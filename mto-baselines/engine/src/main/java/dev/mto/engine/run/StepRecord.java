package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Model;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.analysis.MaskTokenProbe;
import dev.mto.engine.graph.Masking;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.losses.MtoTerms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a step of pre-training measured, means over its micro-batches: {@code loss.*} unweighted,
 * heterogeneity in nats, norms of tokens, and on the first micro-batch the mask token.
 */
final class StepRecord {
  private final TrainingGraph graph;
  private final int microBatches;
  private final boolean measure;
  private final Map<String, Double> losses = new LinkedHashMap<>();
  private final Map<String, double[]> layers = new LinkedHashMap<>();
  private double bound;

  /**
   * Nothing yet.
   *
   * @param measure whether to measure what is not part of the loss: the mask token, and
   *     heterogeneity while MTO is off
   */
  StepRecord(TrainingGraph graph, int microBatches, boolean measure) {
    this.graph = graph;
    this.microBatches = microBatches;
    this.measure = measure;
  }

  /** Names of the variables that {@link #measure} reads, and of those that the model observes. */
  List<String> wanted() {
    Model model = graph.model();
    List<String> names = new ArrayList<>();
    names.add(graph.total().name());
    names.add(model.outputs().loss().name());
    model.outputs().lossParts().values().forEach(part -> names.add(part.name()));
    model.observed().forEach(variable -> names.add(variable.name()));
    for (TrainingGraph.Group group : graph.groups()) {
      MtoTerms terms = group.terms();
      if (terms != null) {
        names.addAll(
            List.of(
                terms.spa().name(),
                terms.e().name(),
                terms.r().name(),
                terms.largestSlope().name()));
        if (graph.penalisesNorms()) {
          names.add(terms.normPenalty().name());
        }
        if (group.temperature() != null) {
          names.add(group.temperature().name());
        }
      }
      if (terms != null || measure) {
        group.heterogeneity().forEach(h -> names.add(h.name()));
        group.norms().visible().forEach(norm -> names.add(norm.name()));
        group.norms().masked().forEach(norm -> names.add(norm.name()));
      }
    }
    if (measure) {
      names.add(graph.groups().get(0).initial().name());
    }
    return names.stream().distinct().toList();
  }

  /**
   * Reads the values of a micro-batch.
   *
   * @param first whether it is the first of the step
   */
  MeasuredBatch measure(
      Map<String, INDArray> values, ImageBatch batch, TrainingPosition at, boolean first) {
    Model model = graph.model();
    MeasuredBatch measured = new MeasuredBatch(Masking.of(batch.masks()).bound());
    measured.put("loss", scalar(values, graph.total().name()));
    measured.put("loss.ss", scalar(values, model.outputs().loss().name()));
    model
        .outputs()
        .lossParts()
        .forEach((name, part) -> measured.put("loss." + name, scalar(values, part.name())));
    measured.put("loss.reference", model.referenceLoss(batch, at));
    graph.groups().forEach(group -> measure(values, group, measured));
    if (measure && first) {
      MaskTokenProbe probe =
          MaskTokenProbe.of(
              values.get(graph.groups().get(0).initial().name()), batch.masks().get(0));
      measured.once().put("mask_token_norm", probe.norm());
      measured.once().put("mask_visible_cosine", probe.cosine());
    }
    return measured;
  }

  private void measure(
      Map<String, INDArray> values, TrainingGraph.Group group, MeasuredBatch measured) {
    MtoTerms terms = group.terms();
    String suffix = group.name().isEmpty() ? "" : "." + group.name();
    if (terms != null) {
      term(measured, group.name(), "spa", scalar(values, terms.spa().name()));
      term(measured, group.name(), "e", scalar(values, terms.e().name()));
      term(measured, group.name(), "r", scalar(values, terms.r().name()));
      measured.put("largest_slope_e" + suffix, scalar(values, terms.largestSlope().name()));
      if (graph.penalisesNorms()) {
        term(measured, group.name(), "norm_penalty", scalar(values, terms.normPenalty().name()));
      }
      if (group.temperature() != null) {
        measured.put("temperature" + suffix, scalar(values, group.temperature().name()));
      }
    }
    if (values.containsKey(group.heterogeneity().get(0).name())) {
      measured.layers().put("heterogeneity" + suffix, byLayer(values, group.heterogeneity()));
      measured.layers().put("norm.visible" + suffix, byLayer(values, group.norms().visible()));
      measured.layers().put("norm.masked" + suffix, byLayer(values, group.norms().masked()));
    }
  }

  private static double[] byLayer(Map<String, INDArray> values, List<SDVariable> variables) {
    return variables.stream().mapToDouble(variable -> scalar(values, variable.name())).toArray();
  }

  /** A term of one group, to be part of the sum over all groups. */
  private static void term(MeasuredBatch measured, String group, String term, double value) {
    measured.put("loss." + term, value);
    if (!group.isEmpty()) {
      measured.put("loss." + group + "." + term, value);
    }
  }

  /** Takes what the next micro-batch measured. */
  void add(MeasuredBatch measured) {
    measured
        .means()
        .forEach(value -> losses.merge(value.name(), value.value() / microBatches, Double::sum));
    measured
        .layers()
        .forEach(
            (name, values) -> {
              double[] sum = layers.computeIfAbsent(name, n -> new double[values.length]);
              for (int layer = 0; layer < sum.length; layer++) {
                sum[layer] += values[layer] / microBatches;
              }
            });
    bound += measured.bound() / microBatches;
    losses.putAll(measured.once());
  }

  private static double scalar(Map<String, INDArray> values, String name) {
    return values.get(name).getDouble(0);
  }

  /** The losses so far, by metric name. */
  Map<String, Double> losses() {
    return losses;
  }

  /** The row of metrics, without what is not known, as the reference of some methods. */
  Map<String, Object> row() {
    losses.values().removeIf(value -> value.isNaN());
    Map<String, Object> row = new LinkedHashMap<>(losses);
    if (!layers.isEmpty()) {
      row.putAll(layers);
      row.put("heterogeneity.bound", bound);
    }
    return row;
  }
}
