package dev.mto.engine.optimizer;

import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Updates;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Moves parameters in place by their gradients, on the host or on a device. */
public interface Optimizer extends AutoCloseable {
  /**
   * One update on the host.
   *
   * @param gradients by parameter name; a parameter without one keeps its value and moments
   * @param factor what the gradients are multiplied by first, e.g. to clip them; they may be scaled
   *     in place
   */
  void step(Map<String, INDArray> gradients, double learningRate, double factor);

  /**
   * One update on the device, started and not waited for.
   *
   * @param gradients by parameter name, on the device; a parameter without one keeps its value and
   *     moments
   * @param clip what {@link Updates#clipFactor} made of them; where its factor is no number, all
   *     keep theirs
   */
  void step(Map<String, Tensor> gradients, Tensor clip, double learningRate);

  /**
   * Takes the memory of a device that {@link #step(Map, Tensor, double)} needs for a parameter and
   * its moments.
   *
   * @return where the device will have the parameter
   */
  Tensor reserve(String parameter);

  /**
   * The live moments under names that begin with {@code optimizer.}, shaped as the parameters,
   * wherever they are.
   */
  Map<String, INDArray> state();

  /** Continues after {@code steps} updates whose moments have been put into {@link #state}. */
  void resumeAt(long steps);

  @Override
  void close();
}
