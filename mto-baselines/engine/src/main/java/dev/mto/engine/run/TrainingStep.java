package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Model;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.Precisions;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.optimizer.Descent;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One optimizer step of pre-training: gradients of each micro-batch, their mean, clipping by the
 * global norm, AdamW, and what the model does after it.
 */
public final class TrainingStep implements Trainee {
  private final TrainingGraph graph;
  private final Model model;
  private final Descent descent;
  private final int heterogeneityEvery;
  private final int gradientsEvery;
  private final TermWeights weights;

  /** Gradients of all that the total loss moves. */
  private final GraphSession session;

  /** Gradients of what MTO must not move; null where it moves all. */
  private final GraphSession selfSupervised;

  /** The losses by themselves; null where that is never measured. */
  private final TermGradients terms;

  private final StepShare share;
  private final Collective collective;

  /**
   * Steps of a graph.
   *
   * @param config of the run that the graph was built for
   * @param heterogeneityEvery steps between measurements of what is not part of the loss; 0 for
   *     none
   */
  public TrainingStep(TrainingGraph graph, RunConfig config, int heterogeneityEvery) {
    this(graph, config, heterogeneityEvery, Collective.alone());
  }

  /** As the other, of one of several workers. */
  TrainingStep(
      TrainingGraph graph, RunConfig config, int heterogeneityEvery, Collective collective) {
    this.graph = graph;
    this.collective = collective;
    this.share = StepShare.of(collective, config.training());
    this.model = graph.model();
    this.descent =
        new Descent(
            graph.optimizer(config.training()),
            graph.state(),
            config.training().clip(),
            collective);
    this.heterogeneityEvery = heterogeneityEvery;
    this.gradientsEvery = config.log().mtoGradientsEvery();
    this.weights = new TermWeights(config.mto(), graph);
    SessionOptions options = Precisions.training(config.training()).withState(graph.state());
    this.session =
        GraphSession.withGradients(graph.graph(), graph.total(), graph.movedByTotal(), options);
    this.selfSupervised =
        graph.notMovedByMto().isEmpty()
            ? null
            : GraphSession.withGradients(
                graph.graph(), model.outputs().loss(), graph.notMovedByMto(), options);
    this.terms = graph.terms() == null ? null : new TermGradients(graph, options, collective);
  }

  @Override
  public Map<String, Object> step(
      List<ImageBatch> microBatches, TrainingPosition at, double learningRate) {
    share.requireAll(microBatches, at.step() % at.stepsPerEpoch());
    int count = microBatches.size();
    int first = collective.rank() * count;
    StepRecord record = new StepRecord(graph, count * collective.size(), measuresHeterogeneity(at));
    StepExchange exchange = new StepExchange(collective, model);
    List<String> wanted = record.wanted();
    boolean apart = weights.measuresShares(at) || measuresGradients(at);
    weights.set(at);
    reserve(count);
    if (apart) {
      terms.measure(microBatches, (batch, i) -> model.trainingFeeds(batch, at, first + i));
    }
    Divergence divergence = new Divergence(graph);
    for (int i = 0; i < count; i++) {
      Descent.MicroBatch of = new Descent.MicroBatch(i, count);
      ImageBatch batch = microBatches.get(i);
      int number = first + i;
      Map<String, INDArray> feeds = model.trainingFeeds(batch, at, number);
      Descent.Check check =
          (norm, mean) -> requireFinite(norm, record, divergence, feeds, mean, at.step(), exchange);
      session.run(
          feeds,
          wanted,
          computed -> startOnDevice(computed, feeds, of, learningRate),
          values -> {
            MeasuredBatch measured = record.measure(values, batch, at, number == 0);
            if (!measured.isFinite()) {
              divergence.look(feeds);
            }
            exchange.add(measured, values);
            if (of.isLast()) {
              exchange.exchange(record);
            }
            if (session.isOnDevice()) {
              descent.finish(values, of, check);
            } else {
              withAllGradients(values, feeds, all -> descent.take(all, of, learningRate, check));
            }
          });
      Feeds.close(feeds, batch);
    }
    model.afterUpdate(at, graph.state());
    Map<String, Object> row = record.row();
    row.putAll(weights.row());
    if (apart) {
      row.putAll(terms.row(weights.weights()));
    }
    if (weights.measuresShares(at)) {
      weights.add(terms.norms());
    }
    row.put("lr", learningRate);
    row.put("grad_norm", descent.norm());
    return row;
  }

  /** Takes the memory of the device that a step needs beside its batch. */
  private void reserve(int count) {
    List<String> moved = new ArrayList<>(session.differentiable());
    if (selfSupervised != null) {
      moved.addAll(selfSupervised.differentiable());
    }
    descent.reserve(moved, count);
    graph.state().reserve(model.followers());
  }

  /** Runs what MTO must not move by the self-supervised loss alone, on the same batch. */
  private void withAllGradients(
      Map<String, INDArray> values,
      Map<String, INDArray> feeds,
      Consumer<Map<String, INDArray>> use) {
    Map<String, INDArray> all = MeanGradients.of(session, values);
    if (selfSupervised == null) {
      use.accept(all);
      return;
    }
    selfSupervised.run(
        feeds,
        List.of(),
        others -> {
          all.putAll(MeanGradients.of(selfSupervised, others));
          use.accept(all);
        });
  }

  private boolean measuresGradients(TrainingPosition at) {
    return terms != null && gradientsEvery > 0 && at.step() % gradientsEvery == 0;
  }

  private boolean measuresHeterogeneity(TrainingPosition at) {
    boolean last = (at.step() + 1) % at.stepsPerEpoch() == 0;
    return heterogeneityEvery > 0 && (at.step() % heterogeneityEvery == 0 || last);
  }

  private void requireFinite(
      double norm,
      StepRecord record,
      Divergence divergence,
      Map<String, INDArray> feeds,
      Supplier<Map<String, INDArray>> mean,
      long step,
      StepExchange exchange) {
    if (!Double.isFinite(norm) || !Double.isFinite(record.losses().get("loss"))) {
      String worker = collective.size() == 1 ? "" : collective.name(collective.rank());
      divergence.look(feeds);
      DivergenceException own = divergence.explain(record.losses(), mean.get(), step, worker);
      throw new DivergenceException(exchange.chosen(own.getMessage()));
    }
  }

  /** As {@link #withAllGradients}, on the device; what is asked of it besides. */
  private Map<String, Tensor> startOnDevice(
      Map<String, Tensor> computed,
      Map<String, INDArray> feeds,
      Descent.MicroBatch of,
      double learningRate) {
    Map<String, Tensor> all = MeanGradients.of(session, computed);
    Tensor loss = computed.get(graph.total().name());
    if (selfSupervised == null) {
      return descent.start(all, loss, of, learningRate);
    }
    Map<String, Tensor> asked = new LinkedHashMap<>();
    selfSupervised.run(
        feeds,
        List.of(),
        others -> {
          all.putAll(MeanGradients.of(selfSupervised, others));
          asked.putAll(descent.start(all, loss, of, learningRate));
          return Map.of();
        },
        none -> {
          if (!selfSupervised.isOnDevice()) {
            throw new IllegalStateException("the device runs the total loss and not a part of it");
          }
        });
    return asked;
  }

  @Override
  public Map<String, INDArray> state() {
    graph.state().forHost();
    Map<String, INDArray> state = new LinkedHashMap<>(graph.trained());
    state.putAll(descent.optimizer().state());
    state.putAll(weights.state());
    state.putAll(model.state());
    return state;
  }

  @Override
  public void resumeAt(long steps) {
    descent.optimizer().resumeAt(steps);
  }

  /** Bytes that hold activations and gradients. */
  public long bytesHeld() {
    return session.bytesHeld()
        + (selfSupervised == null ? 0 : selfSupervised.bytesHeld())
        + (terms == null ? 0 : terms.bytesHeld());
  }

  /** Floating-point operations of the matrix products of the last micro-batch, see the session. */
  public double productFlops() {
    return session.productFlops();
  }

  @Override
  public void close() {
    session.close();
    if (selfSupervised != null) {
      selfSupervised.close();
    }
    if (terms != null) {
      terms.close();
    }
    descent.close();
  }
}
