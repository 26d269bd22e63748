package dev.mto.executor;

import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.plan.PlannedGraph;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A way to execute a graph. */
interface GraphRunner extends AutoCloseable {
  /** By parameter, the name under which {@link #run} gives its gradient. */
  Map<String, String> gradientNames();

  /**
   * Computes {@code outputs} and all gradients, which are valid while they are used.
   *
   * @param onDevice as {@link PlannedGraph#run} has it
   */
  void run(
      Map<String, INDArray> feeds,
      List<String> outputs,
      UnaryOperator<Map<String, Tensor>> onDevice,
      Consumer<Map<String, INDArray>> use);

  /** Whether it reads the variables where the state of a training has them on a device. */
  default boolean isOnDevice() {
    return false;
  }

  /** Bytes kept for the next run. */
  long bytesHeld();

  /** Floating-point operations of the last run's matrix products; NaN where nobody counts. */
  default double productFlops() {
    return Double.NaN;
  }

  /** How often memory was allocated. */
  long allocations();

  @Override
  void close();
}
