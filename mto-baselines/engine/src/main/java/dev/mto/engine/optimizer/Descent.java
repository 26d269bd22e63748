package dev.mto.engine.optimizer;

import dev.mto.engine.collective.Collective;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.executor.state.LiveState;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What follows the backward passes of a step, for whatever is trained: the mean over micro-batches,
 * its global norm, clipping and the optimizer's update; on the device where the session is on one,
 * else on the host.
 */
public final class Descent implements AutoCloseable {
  private static final String NORM = "the norm of all gradients"; // no variable's name

  private final Optimizer optimizer;
  private final LiveState state;
  private final double clip;
  private final Collective collective;
  private final MeanGradients gradients;
  private DeviceUpdate device; // null until a device is asked
  private double norm = Double.NaN;

  /**
   * A micro-batch of a step.
   *
   * @param index among those of this process, from 0
   * @param count micro-batches that this process takes of the step
   */
  public record MicroBatch(int index, int count) {
    /** Whether the step is complete with it. */
    public boolean isLast() {
      return index == count - 1;
    }
  }

  /** Says whether a step is to be followed. */
  public interface Check {
    /**
     * Throws where a figure of the step is not finite; no parameter is moved then.
     *
     * @param norm of the mean gradients before clipping
     * @param mean these gradients by parameter, on the host
     */
    void require(double norm, Supplier<Map<String, INDArray>> mean);
  }

  /**
   * Steps by an optimizer, which is closed with this.
   *
   * @param state has the parameters
   * @param clip largest global norm of gradients; 0 for no limit
   * @param collective of processes that take equal parts of each step
   */
  public Descent(Optimizer optimizer, LiveState state, double clip, Collective collective) {
    this.optimizer = optimizer;
    this.state = state;
    this.clip = clip;
    this.collective = collective;
    this.gradients = new MeanGradients(collective);
  }

  /**
   * Takes the memory of the device that steps need beside the batch, where a session on one is
   * open: called before the first batch is run, it leaves to that what there is for it.
   *
   * @param moved names of the parameters that have gradients, in the order in which these come
   * @param count micro-batches that this process takes of the step
   * @throws NotEnoughMemoryException when less is left, for any batch
   */
  public void reserve(List<String> moved, int count) {
    if (state.updates().isEmpty()) {
      return;
    }
    try {
      onDevice().reserve(moved, count);
    } catch (NotEnoughMemoryException e) {
      throw e.withBatch(1, 0);
    }
  }

  private DeviceUpdate onDevice() {
    if (device == null) {
      device = new DeviceUpdate(optimizer, state, clip, collective);
    }
    return device;
  }

  /**
   * Takes gradients on the device before they are overwritten, and moves parameters after the last
   * micro-batch, unless something is not finite; started and, in one process, not waited for.
   *
   * @param computed by parameter
   * @param loss a scalar, of the micro-batch
   * @return what {@link #finish} needs of the device, by name
   */
  public Map<String, Tensor> start(
      Map<String, Tensor> computed, Tensor loss, MicroBatch of, double learningRate) {
    onDevice().add(computed, loss, of.index(), of.count(), learningRate);
    return Map.of(NORM, device.norm());
  }

  /**
   * Looks at what {@link #start} has done with the last micro-batch, once it is done.
   *
   * @param values what {@link #start} asked for among them
   */
  public void finish(Map<String, INDArray> values, MicroBatch of, Check check) {
    if (of.isLast()) {
      norm = values.get(NORM).getDouble(0);
      check.require(norm, device::gradients);
    }
  }

  /**
   * Takes gradients on the host while they are valid, and moves parameters after the last
   * micro-batch.
   *
   * @param computed by parameter; may be scaled in place
   */
  public void take(
      Map<String, INDArray> computed, MicroBatch of, double learningRate, Check check) {
    gradients.add(
        computed,
        of.index(),
        of.count(),
        mean -> {
          norm = GradientNorm.of(mean.values());
          check.require(norm, () -> mean);
          optimizer.step(mean, learningRate, GradientNorm.clipFactor(norm, clip));
        });
  }

  /** The global norm of the last step's mean gradients before clipping. */
  public double norm() {
    return norm;
  }

  /** The optimizer. */
  public Optimizer optimizer() {
    return optimizer;
  }

  @Override
  public void close() {
    gradients.close();
    if (device != null) {
      device.close();
    }
    optimizer.close();
  }
}
