package dev.mto.executor;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A way to execute a graph. */
interface GraphRunner extends AutoCloseable {
  /** By parameter, the name under which {@link #run} gives its gradient. */
  Map<String, String> gradientNames();

  /** Computes {@code outputs} and all gradients, which are valid while they are used. */
  void run(Map<String, INDArray> feeds, List<String> outputs, Consumer<Map<String, INDArray>> use);

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
