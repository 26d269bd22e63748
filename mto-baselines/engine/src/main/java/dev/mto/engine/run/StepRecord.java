package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Model;
import dev.mto.engine.TrainingPosition;
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
  private int seen;

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

  /** Names of the variables that {@link #add} reads, and of those that the model observes. */
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

  /** Takes the values of the next micro-batch. */
  void add(Map<String, INDArray> values, ImageBatch batch, TrainingPosition at) {
    Model model = graph.model();
    mean("loss", scalar(values, graph.total().name()));
    mean("loss.ss", scalar(values, model.outputs().loss().name()));
    model
        .outputs()
        .lossParts()
        .forEach((name, part) -> mean("loss." + name, scalar(values, part.name())));
    mean("loss.reference", model.referenceLoss(batch, at));
    graph.groups().forEach(group -> add(values, group));
    bound += Masking.of(batch.masks()).bound() / microBatches;
    if (measure && seen == 0) {
      MaskTokenProbe probe =
          MaskTokenProbe.of(
              values.get(graph.groups().get(0).initial().name()), batch.masks().get(0));
      losses.put("mask_token_norm", probe.norm());
      losses.put("mask_visible_cosine", probe.cosine());
    }
    seen++;
  }

  private void add(Map<String, INDArray> values, TrainingGraph.Group group) {
    MtoTerms terms = group.terms();
    String suffix = group.name().isEmpty() ? "" : "." + group.name();
    if (terms != null) {
      term(group.name(), "spa", scalar(values, terms.spa().name()));
      term(group.name(), "e", scalar(values, terms.e().name()));
      term(group.name(), "r", scalar(values, terms.r().name()));
      mean("largest_slope_e" + suffix, scalar(values, terms.largestSlope().name()));
      if (graph.penalisesNorms()) {
        term(group.name(), "norm_penalty", scalar(values, terms.normPenalty().name()));
      }
      if (group.temperature() != null) {
        mean("temperature" + suffix, scalar(values, group.temperature().name()));
      }
    }
    if (values.containsKey(group.heterogeneity().get(0).name())) {
      byLayer("heterogeneity" + suffix, values, group.heterogeneity());
      byLayer("norm.visible" + suffix, values, group.norms().visible());
      byLayer("norm.masked" + suffix, values, group.norms().masked());
    }
  }

  private void byLayer(String name, Map<String, INDArray> values, List<SDVariable> variables) {
    double[] sum = layers.computeIfAbsent(name, n -> new double[variables.size()]);
    for (int layer = 0; layer < sum.length; layer++) {
      sum[layer] += scalar(values, variables.get(layer).name()) / microBatches;
    }
  }

  /** A term of one group, and of the sum over all groups. */
  private void term(String group, String term, double value) {
    mean("loss." + term, value);
    if (!group.isEmpty()) {
      mean("loss." + group + "." + term, value);
    }
  }

  private void mean(String name, double value) {
    losses.merge(name, value / microBatches, Double::sum);
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
