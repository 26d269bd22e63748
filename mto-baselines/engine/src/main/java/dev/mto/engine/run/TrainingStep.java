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
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.DeviceUpdate;
import dev.mto.engine.optimizer.GradientNorm;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.executor.kernels.Tensor;
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
  private static final String GRADIENT_NORM = "the norm of all gradients"; // no variable's name

  private final TrainingGraph graph;
  private final Model model;
  private final AdamW optimizer;
  private final double clip;
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
  private final MeanGradients gradients;

  /** In place of {@link #gradients} and of what follows on the host; null until it is needed. */
  private DeviceUpdate device;

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
    this.gradients = new MeanGradients(collective);
    this.model = graph.model();
    this.optimizer = graph.optimizer(config.training());
    this.clip = config.training().clip();
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
    collective.stepBegins();
    int count = microBatches.size();
    StepRecord record = new StepRecord(graph, count * collective.size(), measures(at));
    StepExchange exchange = new StepExchange(collective, model);
    List<String> wanted = record.wanted();
    boolean apart = weights.measures(at) || measuresGradients(at);
    weights.set(at);
    double[] norm = new double[1];
    for (int i = 0; i < count; i++) {
      int index = i;
      ImageBatch batch = microBatches.get(i);
      int number = collective.rank() * count + i;
      Map<String, INDArray> feeds = model.trainingFeeds(batch, at, number);
      if (apart) {
        terms.add(feeds, index, count);
      }
      session.run(
          feeds,
          wanted,
          computed -> {
            updateOnDevice(computed, feeds, index, count, learningRate);
            return Map.of(GRADIENT_NORM, device.norm());
          },
          values -> {
            exchange.add(record.measure(values, batch, at, number == 0), values);
            if (index == count - 1) {
              exchange.exchange(record);
            }
            if (session.isOnDevice()) {
              norm[0] = values.get(GRADIENT_NORM).getDouble(0);
              if (index == count - 1) {
                requireFinite(norm[0], record, feeds, device::gradients, at.step(), exchange);
              }
              return;
            }
            withAllGradients(
                values,
                feeds,
                all ->
                    gradients.add(
                        all,
                        index,
                        count,
                        mean ->
                            norm[0] =
                                update(mean, at.step(), learningRate, record, feeds, exchange)));
          });
      Feeds.close(feeds, batch);
    }
    model.afterUpdate(at, graph.state());
    Map<String, Object> row = record.row();
    row.putAll(weights.row());
    if (apart) {
      row.putAll(terms.row(weights.weights()));
    }
    if (weights.measures(at)) {
      weights.add(terms.norms());
    }
    row.put("lr", learningRate);
    row.put("grad_norm", norm[0]);
    collective.stepEnds();
    return row;
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

  private boolean measures(TrainingPosition at) {
    boolean last = (at.step() + 1) % at.stepsPerEpoch() == 0;
    return heterogeneityEvery > 0 && (at.step() % heterogeneityEvery == 0 || last);
  }

  /** Moves the parameters; the global norm of the gradients before clipping. */
  private double update(
      Map<String, INDArray> mean,
      long step,
      double learningRate,
      StepRecord record,
      Map<String, INDArray> feeds,
      StepExchange exchange) {
    double norm = GradientNorm.of(mean.values());
    requireFinite(norm, record, feeds, () -> mean, step, exchange);
    optimizer.step(mean, learningRate, GradientNorm.clipFactor(norm, clip));
    return norm;
  }

  private void requireFinite(
      double norm,
      StepRecord record,
      Map<String, INDArray> feeds,
      Supplier<Map<String, INDArray>> mean,
      long step,
      StepExchange exchange) {
    if (!Double.isFinite(norm) || !Double.isFinite(record.losses().get("loss"))) {
      String worker = collective.size() == 1 ? "" : collective.name(collective.rank());
      DivergenceException own =
          Divergence.explain(graph, feeds, record.losses(), mean.get(), step, worker);
      throw new DivergenceException(exchange.chosen(own.getMessage()));
    }
  }

  /** As the same on the host, started and not waited for; all gradients are on the device. */
  private void updateOnDevice(
      Map<String, Tensor> computed,
      Map<String, INDArray> feeds,
      int index,
      int count,
      double learningRate) {
    if (device == null) {
      device = new DeviceUpdate(optimizer, graph.state(), clip);
    }
    Map<String, Tensor> all = MeanGradients.of(session, computed);
    Tensor loss = computed.get(graph.total().name());
    if (selfSupervised == null) {
      device.add(all, loss, index, count, learningRate);
      return;
    }
    selfSupervised.run(
        feeds,
        List.of(),
        others -> {
          all.putAll(MeanGradients.of(selfSupervised, others));
          device.add(all, loss, index, count, learningRate);
          return Map.of();
        },
        none -> {
          if (!selfSupervised.isOnDevice()) {
            throw new IllegalStateException("the device runs the total loss and not a part of it");
          }
        });
  }

  @Override
  public Map<String, INDArray> state() {
    graph.state().forHost();
    Map<String, INDArray> state = new LinkedHashMap<>(graph.trained());
    state.putAll(optimizer.state());
    state.putAll(weights.state());
    state.putAll(model.state());
    return state;
  }

  @Override
  public void resumeAt(long steps) {
    optimizer.resumeAt(steps);
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
    gradients.close();
    optimizer.close();
  }
}
