package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** The largest element of each row, [R, D] to [R]; no loss asks for its gradient. */
record RowMaximumOperation(Value x, Value result) implements Operation {
  @Override
  public List<Value> inputs() {
    return List.of(x);
  }

  @Override
  public List<Value> outputs() {
    return List.of(result);
  }

  @Override
  public String name() {
    return "row maximum";
  }

  @Override
  public void differentiate(Gradients gradients) {
    throw new UnsupportedGraphException("the gradient of a maximum");
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new RowMaximumOperation(inputs.get(0), Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.rowMaximum(place.apply(x), place.apply(result));
  }
}
