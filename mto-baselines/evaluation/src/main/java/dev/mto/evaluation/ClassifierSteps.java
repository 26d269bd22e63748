package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.optimizer.Descent;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.engine.optimizer.Optimizer;
import dev.mto.executor.GraphSession;
import dev.mto.executor.state.LiveState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Optimizer steps of a classifier by the loss {@value FineTuneGraph#LOSS} of its graph. */
final class ClassifierSteps implements AutoCloseable {
  private final GraphSession session;
  private final Descent descent;

  /**
   * Steps of a graph.
   *
   * @param session gives the loss and its gradients; closed with this
   * @param optimizer of what has a gradient; closed with this
   * @param state of both
   * @param clip largest global norm of gradients; 0 for no limit
   */
  ClassifierSteps(GraphSession session, Optimizer optimizer, LiveState state, double clip) {
    this.session = session;
    this.descent = new Descent(optimizer, state, clip, Collective.alone());
  }

  /**
   * One step, as {@link Learner#step} has it.
   *
   * @param feedsOf gives the values of placeholders by micro-batch and its number from 0; closed
   */
  Map<String, Object> step(
      List<ImageBatch> microBatches,
      TrainingPosition at,
      double learningRate,
      BiFunction<ImageBatch, Integer, Map<String, INDArray>> feedsOf) {
    double[] loss = {0};
    int count = microBatches.size();
    Descent.Check check = (norm, mean) -> requireFinite(at.step(), loss[0], norm, learningRate);
    descent.reserve(session.differentiable(), count);
    for (int i = 0; i < count; i++) {
      Descent.MicroBatch of = new Descent.MicroBatch(i, count);
      ImageBatch batch = microBatches.get(i);
      Map<String, INDArray> feeds = feedsOf.apply(batch, i);
      session.run(
          feeds,
          List.of(FineTuneGraph.LOSS),
          computed ->
              descent.start(
                  MeanGradients.of(session, computed),
                  computed.get(FineTuneGraph.LOSS),
                  of,
                  learningRate),
          values -> {
            loss[0] += values.get(FineTuneGraph.LOSS).getDouble(0) / count;
            if (session.isOnDevice()) {
              descent.finish(values, of, check);
            } else {
              descent.take(MeanGradients.of(session, values), of, learningRate, check);
            }
          });
      Feeds.close(feeds, batch);
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("loss", loss[0]);
    row.put("lr", learningRate);
    row.put("grad_norm", descent.norm());
    return row;
  }

  private static void requireFinite(
      long step, double loss, double gradientNorm, double learningRate) {
    if (!Double.isFinite(gradientNorm) || !Double.isFinite(loss)) {
      throw new DivergenceException(
          String.format(
              Locale.ROOT,
              "step %d: loss %s and gradient norm %s at learning rate %.3g. The weights were not"
                  + " touched and the last checkpoint is good. Try a lower base_lr, clip: 1.0 or a"
                  + " longer warm-up",
              step,
              loss,
              gradientNorm,
              learningRate));
    }
  }

  /** The moments of the optimizer, wherever they are. */
  Map<String, INDArray> state() {
    return descent.optimizer().state();
  }

  /** As {@link Learner#resumeAt}. */
  void resumeAt(long steps) {
    descent.optimizer().resumeAt(steps);
  }

  @Override
  public void close() {
    session.close();
    descent.close();
  }
}
