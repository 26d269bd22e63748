package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Model;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.Masking;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.GradientNorm;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.losses.MtoTerms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One optimizer step: gradients of each micro-batch, their mean, clipping by the global norm,
 * AdamW.
 */
public final class TrainingStep implements AutoCloseable {
  private final TrainingGraph graph;
  private final Model model;
  private final AdamW optimizer;
  private final double clip;
  private final GraphSession session;
  private final Map<String, INDArray> sums = new LinkedHashMap<>();

  public TrainingStep(TrainingGraph graph, AdamW optimizer, TrainingConfig config) {
    this.graph = graph;
    this.model = graph.model();
    this.optimizer = optimizer;
    this.clip = config.clip();
    this.session =
        GraphSession.withGradients(
            graph.graph(),
            graph.total(),
            graph.parameterNames(),
            SessionOptions.defaults().withRecompute(config.gradientCheckpointing()));
  }

  /**
   * Makes the step.
   *
   * @param measure whether to measure what is not part of the loss: the mask token, and
   *     heterogeneity while MTO is off
   * @throws DivergenceException when a loss or gradient is not finite; parameters are untouched
   */
  public StepResult run(
      List<ImageBatch> microBatches, TrainingPosition at, double learningRate, boolean measure) {
    StepResult.Builder result = new StepResult.Builder(microBatches.size());
    List<String> outputs = outputs(measure);
    for (int i = 0; i < microBatches.size(); i++) {
      ImageBatch batch = microBatches.get(i);
      Map<String, INDArray> feeds = model.trainingFeeds(batch, at, i);
      boolean only = microBatches.size() == 1;
      boolean first = i == 0;
      session.run(
          feeds,
          outputs,
          values -> {
            record(values, batch, at, measure && first, result);
            model.observe(values);
            if (only) {
              update(gradients(values), at.step(), learningRate, result, feeds);
            } else {
              accumulate(values, first, 1.0 / microBatches.size());
            }
          });
      if (!only && i == microBatches.size() - 1) {
        update(sums, at.step(), learningRate, result, feeds);
      }
      Feeds.close(feeds, batch);
    }
    model.afterUpdate(at);
    return result.build();
  }

  /** Bytes that hold activations and gradients. */
  public long bytesHeld() {
    return session.bytesHeld();
  }

  /** Floating-point operations of the matrix products of the last micro-batch, see the session. */
  public double productFlops() {
    return session.productFlops();
  }

  private List<String> outputs(boolean measure) {
    List<String> names = new ArrayList<>();
    names.add(graph.total().name());
    if (!names.contains(model.outputs().loss().name())) {
      names.add(model.outputs().loss().name());
    }
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
      }
      if (terms != null || measure) {
        group.heterogeneity().forEach(h -> names.add(h.name()));
      }
    }
    if (measure) {
      names.add(graph.groups().get(0).initial().name());
    }
    return names.stream().distinct().toList();
  }

  private void record(
      Map<String, INDArray> values,
      ImageBatch batch,
      TrainingPosition at,
      boolean measure,
      StepResult.Builder result) {
    result.loss("loss", scalar(values, graph.total().name()));
    result.loss("loss.ss", scalar(values, model.outputs().loss().name()));
    model
        .outputs()
        .lossParts()
        .forEach((name, part) -> result.loss("loss." + name, scalar(values, part.name())));
    result.loss("loss.reference", model.referenceLoss(batch, at));
    result.images(batch.images().size(0));
    for (TrainingGraph.Group group : graph.groups()) {
      MtoTerms terms = group.terms();
      String suffix = group.name().isEmpty() ? "" : "." + group.name();
      if (terms != null) {
        result.term(group.name(), "spa", scalar(values, terms.spa().name()));
        result.term(group.name(), "e", scalar(values, terms.e().name()));
        result.term(group.name(), "r", scalar(values, terms.r().name()));
        result.loss("largest_slope_e" + suffix, scalar(values, terms.largestSlope().name()));
      }
      if (values.containsKey(group.heterogeneity().get(0).name())) {
        result.heterogeneity(
            "heterogeneity" + suffix,
            group.heterogeneity().stream().mapToDouble(h -> scalar(values, h.name())).toArray());
      }
    }
    result.bound(Masking.of(batch.mask()).bound());
    if (measure) {
      MaskTokenProbe probe =
          MaskTokenProbe.of(values.get(graph.groups().get(0).initial().name()), batch.mask());
      result.loss("mask_token_norm", probe.norm());
      result.loss("mask_visible_cosine", probe.cosine());
    }
  }

  private Map<String, INDArray> gradients(Map<String, INDArray> values) {
    Map<String, INDArray> gradients = new LinkedHashMap<>();
    for (String parameter : session.differentiable()) {
      gradients.put(parameter, values.get(session.gradientOf(parameter)));
    }
    return gradients;
  }

  private void accumulate(Map<String, INDArray> values, boolean first, double share) {
    gradients(values)
        .forEach(
            (name, gradient) -> {
              gradient.muli(share);
              if (first) {
                sums.computeIfAbsent(name, n -> gradient.ulike()).assign(gradient);
              } else {
                sums.get(name).addi(gradient);
              }
            });
  }

  private void update(
      Map<String, INDArray> gradients,
      long step,
      double learningRate,
      StepResult.Builder result,
      Map<String, INDArray> feeds) {
    double norm = GradientNorm.of(gradients.values());
    result.gradientNorm(norm);
    if (!Double.isFinite(norm) || !result.finite()) {
      throw DivergenceException.explain(graph, feeds, result.losses(), gradients, step);
    }
    optimizer.step(gradients, learningRate, GradientNorm.clipFactor(norm, clip));
  }

  private static double scalar(Map<String, INDArray> values, String name) {
    return values.get(name).getDouble(0);
  }

  @Override
  public void close() {
    session.close();
    sums.values().forEach(INDArray::close);
  }
}
