package dev.mto.engine.optimizer;

import dev.mto.engine.collective.ArraySums;
import dev.mto.engine.collective.Collective;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Updates;
import dev.mto.executor.state.LiveState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What follows the backward passes of a step, on the device that made them: the mean over
 * micro-batches, summed in the order of {@link GradientTree}, its global norm, clipping and the
 * optimizer. One process waits for none of it; several meet on the host, by which their sums go.
 */
final class DeviceUpdate implements AutoCloseable {
  private static final String WHAT = "the gradients of a step";
  private static final String LOSS = "the loss"; // no parameter is called so

  private final Optimizer optimizer;
  private final LiveState state;
  private final double largestNorm;
  private final Collective collective;
  private final ArraySums everywhere;
  private final Map<String, INDArray> exchanged = new LinkedHashMap<>(); // of slot 0, on the host
  private final List<Map<String, Tensor>> slots = new ArrayList<>();
  private Map<String, Tensor> mean = Map.of();
  private final Tensor clip; // norm and factor

  /**
   * Updates by an optimizer.
   *
   * @param state has its parameters; a session on a device is open, and stays so
   * @param largestNorm to which gradients are clipped; 0 for no limit
   * @param collective of processes that take equal parts of each step
   */
  DeviceUpdate(Optimizer optimizer, LiveState state, double largestNorm, Collective collective) {
    this.optimizer = optimizer;
    this.state = state;
    this.largestNorm = largestNorm;
    this.collective = collective;
    this.everywhere = new ArraySums(collective);
    this.clip = state.allocate(WHAT, 2);
  }

  /**
   * Takes the memory that steps need.
   *
   * @param moved names of the parameters that have gradients, in the order in which these come
   * @param count micro-batches that this process takes of a step
   */
  void reserve(List<String> moved, int count) {
    int used = collective.size() > 1 ? GradientTree.sums(count) : GradientTree.slots(count);
    for (String name : moved) {
      Tensor parameter = optimizer.reserve(name);
      for (int slot = 0; slot < used; slot++) {
        sum(slot, name, parameter.shape());
      }
    }
    for (int slot = 0; slot < used; slot++) {
      sum(slot, LOSS, 1);
    }
  }

  /** The sum of a parameter's gradients in a slot. */
  private Tensor sum(int slot, String name, long... shape) {
    while (slot >= slots.size()) {
      slots.add(new LinkedHashMap<>());
    }
    return slots.get(slot).computeIfAbsent(name, n -> state.allocate(WHAT, shape));
  }

  /**
   * Takes the gradients of a micro-batch, before they are overwritten, and updates after the last.
   * Nothing is updated where the global norm or a loss is not finite.
   *
   * @param gradients by parameter
   * @param loss a scalar, of the micro-batch
   * @param index of the micro-batch, from 0
   * @param count micro-batches that this process takes of the step
   */
  void add(Map<String, Tensor> gradients, Tensor loss, int index, int count, double learningRate) {
    Map<String, Tensor> all = new LinkedHashMap<>(gradients);
    all.put(LOSS, loss);
    int ofStep = count * collective.size();
    if (ofStep > 1) {
      GradientTree.take(new Slots((float) (1.0 / ofStep)), index, count, all);
    }
    if (index == count - 1) {
      mean = ofStep == 1 ? all : new LinkedHashMap<>(slots.get(0));
      if (collective.size() > 1) {
        sumEverywhere(mean);
      }
      Tensor meanLoss = mean.remove(LOSS);
      updates().clipFactor(List.copyOf(mean.values()), meanLoss, (float) largestNorm, clip);
      optimizer.step(mean, clip, learningRate);
    }
  }

  /** Puts the sums over all processes in place of those of this one. */
  private void sumEverywhere(Map<String, Tensor> sums) {
    sums.forEach((name, sum) -> exchanged.computeIfAbsent(name, n -> onHost(sum)));
    state.download(
        sums.entrySet().stream()
            .map(sum -> new Memory.Copy(sum.getValue(), exchanged.get(sum.getKey())))
            .toList());
    everywhere.sum(exchanged.values());
    sums.forEach((name, sum) -> state.upload(exchanged.get(name), sum));
  }

  private static INDArray onHost(Tensor tensor) {
    return Nd4j.createUninitializedDetached(DataType.FLOAT, tensor.shape());
  }

  /** The global norm [1] of the last step's gradients before clipping. */
  Tensor norm() {
    return clip.at(0, 1);
  }

  /** The mean gradients of the last step, copied to the host. */
  Map<String, INDArray> gradients() {
    Map<String, INDArray> copies = new LinkedHashMap<>();
    List<Memory.Copy> asked = new ArrayList<>();
    mean.forEach(
        (name, gradient) -> {
          INDArray copy = onHost(gradient);
          copies.put(name, copy);
          asked.add(new Memory.Copy(gradient, copy));
        });
    state.download(asked);
    return copies;
  }

  /** Sums of gradients and of losses, each times a share. */
  private final class Slots implements GradientTree.Sums<Map<String, Tensor>> {
    private final float share;

    Slots(float share) {
      this.share = share;
    }

    @Override
    public void put(int slot, Map<String, Tensor> gradients) {
      gradients.forEach((name, gradient) -> sum(slot, name, gradient.shape()));
      accumulate(slots.get(slot), gradients, share, false);
    }

    @Override
    public void add(int slot, Map<String, Tensor> gradients) {
      accumulate(slots.get(slot), gradients, share, true);
    }

    @Override
    public void merge(int slot) {
      accumulate(slots.get(slot), slots.get(slot + 1), 1, true);
    }
  }

  private void accumulate(
      Map<String, Tensor> sums, Map<String, Tensor> x, float factor, boolean add) {
    List<Tensor> added = sums.keySet().stream().map(x::get).toList();
    updates().accumulate(List.copyOf(sums.values()), added, factor, add);
  }

  private Updates updates() {
    return state.updates().orElseThrow();
  }

  @Override
  public void close() {
    exchanged.values().forEach(INDArray::close);
  }
}
