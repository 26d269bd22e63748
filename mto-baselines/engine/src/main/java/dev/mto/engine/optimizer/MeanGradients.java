package dev.mto.engine.optimizer;

import dev.mto.engine.collective.ArraySums;
import dev.mto.engine.collective.Collective;
import dev.mto.executor.GraphSession;
import dev.mto.executor.memory.AvailableMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mean of the gradients of a step's micro-batches, summed in the order of {@link GradientTree},
 * in memory that is kept.
 */
public final class MeanGradients implements AutoCloseable {
  private final List<Map<String, INDArray>> slots = new ArrayList<>();
  private final Collective collective;
  private final ArraySums sums;

  /** Of processes that take equal parts of each step. */
  public MeanGradients(Collective collective) {
    this.collective = collective;
    this.sums = new ArraySums(collective);
  }

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
   * @param gradients by parameter; may be scaled in place
   * @param index of the micro-batch among those of this process, from 0
   * @param count micro-batches that this process takes of the step
   * @param use receives the mean of all by parameter once the last micro-batch is in
   */
  public void add(
      Map<String, INDArray> gradients, int index, int count, Consumer<Map<String, INDArray>> use) {
    int all = count * collective.size();
    if (all == 1) {
      use.accept(gradients);
      return;
    }
    gradients.values().forEach(gradient -> gradient.muli(1.0 / all));
    GradientTree.take(new Slots(), index, count, gradients);
    if (index == count - 1) {
      sums.sum(slots.get(0).values());
      use.accept(slots.get(0));
    }
  }

  private static long bytes(INDArray array) {
    return array.length() * array.dataType().width();
  }

  private final class Slots implements GradientTree.Sums<Map<String, INDArray>> {
    @Override
    public void put(int slot, Map<String, INDArray> gradients) {
      if (slot == slots.size()) {
        AvailableMemory.ofThisMachine()
            .require(
                "a sum of the gradients of micro-batches",
                gradients.values().stream().mapToLong(MeanGradients::bytes).sum(),
                "lower accumulate, or take a smaller model");
        slots.add(new LinkedHashMap<>());
      }
      Map<String, INDArray> sums = slots.get(slot);
      gradients.forEach(
          (name, gradient) -> sums.computeIfAbsent(name, n -> gradient.ulike()).assign(gradient));
    }

    @Override
    public void add(int slot, Map<String, INDArray> gradients) {
      gradients.forEach((name, gradient) -> slots.get(slot).get(name).addi(gradient));
    }

    @Override
    public void merge(int slot) {
      add(slot, slots.get(slot + 1));
    }
  }

  @Override
  public void close() {
    slots.forEach(sums -> sums.values().forEach(INDArray::close));
  }
}
