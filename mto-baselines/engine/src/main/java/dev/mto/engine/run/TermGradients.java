package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.graph.LossTerms;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.optimizer.GradientNorm;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.losses.MtoWeights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
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
  private final Collective collective;
  private final double[] norms = new double[TERMS];
  private final double[] cosines = new double[TERMS];

  TermGradients(TrainingGraph graph, SessionOptions options, Collective collective) {
    this.terms = graph.terms();
    this.session =
        GraphSession.withGradients(graph.graph(), terms.chosen(), graph.movedByMto(), options);
    this.collective = collective;
  }

  /**
   * Runs each loss on all micro-batches of a step, one loss after the other, so that sums of one
   * are kept at a time.
   *
   * @param feeds of the micro-batch of that number, made anew at each call
   */
  void measure(
      List<ImageBatch> microBatches, BiFunction<ImageBatch, Integer, Map<String, INDArray>> feeds) {
    Map<String, INDArray> selfSupervised = new LinkedHashMap<>();
    for (int i = 0; i < TERMS; i++) {
      int term = i;
      terms.choose(term);
      useMean(microBatches, feeds, mean -> measure(term, mean, selfSupervised));
    }
    selfSupervised.values().forEach(INDArray::close);
  }

  private void useMean(
      List<ImageBatch> microBatches,
      BiFunction<ImageBatch, Integer, Map<String, INDArray>> feeds,
      Consumer<Map<String, INDArray>> use) {
    int count = microBatches.size();
    try (MeanGradients means = new MeanGradients(collective)) {
      for (int i = 0; i < count; i++) {
        int index = i;
        Map<String, INDArray> fed = feeds.apply(microBatches.get(i), i);
        session.run(
            fed,
            List.of(),
            values -> means.add(MeanGradients.of(session, values), index, count, use));
        Feeds.closeMade(fed, microBatches.get(i));
      }
    }
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
  }
}
