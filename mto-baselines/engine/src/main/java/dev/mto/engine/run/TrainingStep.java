package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Model;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.Precisions;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.GradientNorm;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.executor.GraphSession;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One optimizer step of pre-training: gradients of each micro-batch, their mean, clipping by the
 * global norm, AdamW, and what the model does after it.
 */
public final class TrainingStep implements Trainee {
  private final TrainingGraph graph;
  private final Model model;
  private final AdamW optimizer;
  private final double clip;
  private final int heterogeneityEvery;
  private final GraphSession session;
  private final MeanGradients gradients = new MeanGradients();

  /**
   * Steps of a graph.
   *
   * @param heterogeneityEvery steps between measurements of what is not part of the loss; 0 for
   *     none
   */
  public TrainingStep(TrainingGraph graph, TrainingConfig config, int heterogeneityEvery) {
    this.graph = graph;
    this.model = graph.model();
    this.optimizer = graph.optimizer(config);
    this.clip = config.clip();
    this.heterogeneityEvery = heterogeneityEvery;
    this.session =
        GraphSession.withGradients(
            graph.graph(), graph.total(), graph.parameterNames(), Precisions.training(config));
  }

  @Override
  public Map<String, Object> step(
      List<ImageBatch> microBatches, TrainingPosition at, double learningRate) {
    int count = microBatches.size();
    StepRecord record = new StepRecord(graph, count, measures(at));
    List<String> wanted = record.wanted();
    double[] norm = new double[1];
    for (int i = 0; i < count; i++) {
      int index = i;
      ImageBatch batch = microBatches.get(i);
      Map<String, INDArray> feeds = model.trainingFeeds(batch, at, i);
      session.run(
          feeds,
          wanted,
          values -> {
            record.add(values, batch, at);
            model.observe(values);
            gradients.add(
                session,
                values,
                index,
                count,
                mean -> norm[0] = update(mean, at.step(), learningRate, record, feeds));
          });
      Feeds.close(feeds, batch);
    }
    model.afterUpdate(at);
    Map<String, Object> row = record.row();
    row.put("lr", learningRate);
    row.put("grad_norm", norm[0]);
    return row;
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
      Map<String, INDArray> feeds) {
    double norm = GradientNorm.of(mean.values());
    if (!Double.isFinite(norm) || !Double.isFinite(record.losses().get("loss"))) {
      throw Divergence.explain(graph, feeds, record.losses(), mean, step);
    }
    optimizer.step(mean, learningRate, GradientNorm.clipFactor(norm, clip));
    return norm;
  }

  @Override
  public Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>(graph.parameters());
    state.putAll(optimizer.state());
    state.putAll(model.state());
    return state;
  }

  @Override
  public void resumeAt(long steps) {
    optimizer.resumeAt(steps);
  }

  /** Bytes that hold activations and gradients. */
  public long bytesHeld() {
    return session.bytesHeld();
  }

  /** Floating-point operations of the matrix products of the last micro-batch, see the session. */
  public double productFlops() {
    return session.productFlops();
  }

  @Override
  public void close() {
    session.close();
    gradients.close();
    optimizer.close();
  }
}
