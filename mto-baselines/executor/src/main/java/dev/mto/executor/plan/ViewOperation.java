package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** The same elements in another shape; nothing is done. */
record ViewOperation(Value x, Value result) implements Operation {
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
    return "view";
  }

  @Override
  public void differentiate(Gradients gradients) {
    gradients.add(x, gradients.program().reshape(gradients.of(result), x.shape()));
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new ViewOperation(inputs.get(0), Value.view(inputs.get(0), 0, result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return null;
  }
}
