package dev.mto.engine.run;

import dev.mto.engine.collective.Collective;
import dev.mto.engine.graph.LossTerms;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.optimizer.GradientNorm;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.losses.MtoWeights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradient of each loss by itself, on the micro-batches of a step: its norm, and its cosine
 * with that of the self-supervised loss. Over the parameters that MTO may move; before weights,
 * after the factors of decoders.
 */
final class TermGradients implements AutoCloseable {
  private static final int TERMS = LossTerms.NAMES.size();

  private final LossTerms terms;
  private final GraphSession session;
  private final List<MeanGradients> means = new ArrayList<>();
  private final double[] norms = new double[TERMS];
  private final double[] cosines = new double[TERMS];

  TermGradients(TrainingGraph graph, SessionOptions options, Collective collective) {
    this.terms = graph.terms();
    this.session =
        GraphSession.withGradients(graph.graph(), terms.chosen(), graph.movedByMto(), options);
    for (int term = 0; term < TERMS; term++) {
      means.add(new MeanGradients(collective));
    }
  }

  /**
   * Runs each loss on a micro-batch; after the last one, {@link #norms} and {@link #row} are of the
   * step.
   */
  void add(Map<String, INDArray> feeds, int index, int count) {
    Map<String, INDArray> selfSupervised = new LinkedHashMap<>();
    for (int i = 0; i < TERMS; i++) {
      int term = i;
      terms.choose(term);
      session.run(
          feeds,
          List.of(),
          values ->
              means
                  .get(term)
                  .add(
                      MeanGradients.of(session, values),
                      index,
                      count,
                      mean -> measure(term, mean, selfSupervised)));
    }
    selfSupervised.values().forEach(INDArray::close);
  }

  private void measure(int term, Map<String, INDArray> mean, Map<String, INDArray> selfSupervised) {
    norms[term] = GradientNorm.of(mean.values());
    if (term == 0) {
      mean.forEach((name, gradient) -> selfSupervised.put(name, gradient.dup('c')));
    } else {
      double product = GradientNorm.product(mean, selfSupervised);
      cosines[term] = norms[term] == 0 ? 0 : product / (norms[term] * norms[0]);
    }
  }

  /** Norms of the last step, in the order of {@link LossTerms#NAMES}. */
  double[] norms() {
    return norms.clone();
  }

  /** Metrics of the last step: norms before weights, cosines, and weighted shares of the norm. */
  Map<String, Double> row(MtoWeights weights) {
    double[] factors = {1, weights.spa(), weights.e(), weights.r()};
    Map<String, Double> row = new LinkedHashMap<>();
    for (int term = 0; term < TERMS; term++) {
      String name = LossTerms.NAMES.get(term);
      row.put("grad_norm." + name, norms[term]);
      if (term > 0) {
        row.put("grad_cosine." + name, cosines[term]);
        row.put("grad_share." + name, norms[0] == 0 ? 0 : factors[term] * norms[term] / norms[0]);
      }
    }
    return row;
  }

  /** Bytes that hold activations and gradients. */
  long bytesHeld() {
    return session.bytesHeld();
  }

  @Override
  public void close() {
    session.close();
    means.forEach(MeanGradients::close);
  }
}
