package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** One step of a program: computes values from values. */
interface Operation {
  /** What it reads. */
  List<Value> inputs();

  /** What it writes, all of it. */
  List<Value> outputs();

  /** Name of the kind of operation, for profiles. */
  String name();

  /**
   * Adds the gradients of its inputs to {@code gradients}, given those of its outputs.
   *
   * @throws UnsupportedGraphException when it has none
   */
  void differentiate(Gradients gradients);

  /** The same operation on other inputs, with outputs of its own. */
  Operation on(List<Value> otherInputs);

  /** Its kernel, where {@code place} gives the memory of each value. */
  Kernel kernel(Kernels kernels, Function<Value, Tensor> place);

  /** Floating-point operations of its matrix products: two for each multiply-add. */
  default double productFlops() {
    return 0;
  }

  /** The input whose memory the first output may take over, if nobody else needs it; or null. */
  default Value replaceable() {
    return null;
  }

  /** Its only output. */
  default Value output() {
    return outputs().get(0);
  }
}
