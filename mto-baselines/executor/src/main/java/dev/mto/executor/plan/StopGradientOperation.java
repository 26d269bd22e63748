package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** The same elements, taken for constants. */
record StopGradientOperation(Value x, Value result) implements ConstantOperation {
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
    return "stop gradient";
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new StopGradientOperation(inputs.get(0), Value.view(inputs.get(0), 0, result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return null;
  }
}
