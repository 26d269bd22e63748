package dev.mto.evaluation;

import dev.mto.executor.GraphSession;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of the gradients of a step's micro-batches, in memory that is kept. */
final class MeanGradients implements AutoCloseable {
  private final Map<String, INDArray> sums = new LinkedHashMap<>();
  private int added;

  /** Begins a step. */
  void clear() {
    added = 0;
  }

  /** Adds the gradients of one of {@code count} micro-batches. */
  void add(GraphSession session, Map<String, INDArray> values, int count) {
    for (String parameter : session.differentiable()) {
      INDArray gradient = values.get(session.gradientOf(parameter));
      INDArray sum = sums.computeIfAbsent(parameter, name -> gradient.ulike());
      if (added == 0) {
        sum.assign(gradient);
      } else {
        sum.addi(gradient);
      }
    }
    added++;
    if (added == count && count > 1) {
      sums.values().forEach(sum -> sum.divi(count));
    }
  }

  /** The live means, by parameter. */
  Map<String, INDArray> values() {
    return sums;
  }

  @Override
  public void close() {
    sums.values().forEach(INDArray::close);
  }
}
