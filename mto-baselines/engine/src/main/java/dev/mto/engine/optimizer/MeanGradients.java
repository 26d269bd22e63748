package dev.mto.engine.optimizer;

import dev.mto.executor.GraphSession;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of the gradients of a step's micro-batches, in memory that is kept. */
public final class MeanGradients implements AutoCloseable {
  private final Map<String, INDArray> sums = new LinkedHashMap<>();

  /** The gradients among what a session gave, on the host or on a device, by parameter. */
  public static <T> Map<String, T> of(GraphSession session, Map<String, T> values) {
    Map<String, T> gradients = new LinkedHashMap<>();
    for (String parameter : session.differentiable()) {
      gradients.put(parameter, values.get(session.gradientOf(parameter)));
    }
    return gradients;
  }

  /**
   * Takes the gradients of a micro-batch, while they are valid.
   *
   * @param values what {@code session} gave, gradients among them
   * @param index of the micro-batch, from 0
   * @param count micro-batches of the step
   * @param use receives the mean by parameter once the last micro-batch is in
   */
  public void add(
      GraphSession session,
      Map<String, INDArray> values,
      int index,
      int count,
      Consumer<Map<String, INDArray>> use) {
    add(of(session, values), index, count, use);
  }

  /** As {@link #add(GraphSession, Map, int, int, Consumer)}, of gradients by parameter. */
  public void add(
      Map<String, INDArray> gradients, int index, int count, Consumer<Map<String, INDArray>> use) {
    if (count == 1) {
      use.accept(gradients);
      return;
    }
    gradients.forEach(
        (name, gradient) -> {
          gradient.muli(1.0 / count);
          if (index == 0) {
            sums.computeIfAbsent(name, n -> gradient.ulike()).assign(gradient);
          } else {
            sums.get(name).addi(gradient);
          }
        });
    if (index == count - 1) {
      use.accept(sums);
    }
  }

  @Override
  public void close() {
    sums.values().forEach(INDArray::close);
  }
}
