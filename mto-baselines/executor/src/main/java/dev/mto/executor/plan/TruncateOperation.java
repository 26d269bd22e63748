package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import java.util.List;
import java.util.function.Function;

/** Each element as the integer towards zero: a cast to an integer type and back. */
record TruncateOperation(Value x, Value result) implements ConstantOperation {
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
    return "truncate";
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new TruncateOperation(inputs.get(0), Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.unary(Unary.of(Unary.Kind.TRUNCATE), place.apply(x), place.apply(result));
  }
}
