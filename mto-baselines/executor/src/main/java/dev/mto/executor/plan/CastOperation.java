package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** A value as elements of another type. Casts are placed after differentiation. */
record CastOperation(Value x, Value result) implements ConstantOperation {
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
    return "cast";
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new CastOperation(inputs.get(0), Value.computed(result.type(), result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.cast(place.apply(x), place.apply(result));
  }
}
