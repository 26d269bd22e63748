package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** Dimensions in another order, copied. */
record PermuteOperation(Value x, List<Integer> order, Value result) implements Operation {
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
    return "permute";
  }

  @Override
  public void differentiate(Gradients gradients) {
    int[] back = new int[order.size()];
    for (int i = 0; i < back.length; i++) {
      back[order.get(i)] = i;
    }
    gradients.add(x, gradients.program().permute(gradients.of(result), back));
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new PermuteOperation(inputs.get(0), order, Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.permute(
        place.apply(x), order.stream().mapToInt(Integer::intValue).toArray(), place.apply(result));
  }
}
