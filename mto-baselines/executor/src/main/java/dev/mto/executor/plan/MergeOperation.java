package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** The sum of two scatters whose selections are complementary. */
record MergeOperation(ScatterOperation one, ScatterOperation other, Value result)
    implements ConstantOperation {
  @Override
  public List<Value> inputs() {
    return List.of(one.x(), other.x());
  }

  @Override
  public List<Value> outputs() {
    return List.of(result);
  }

  @Override
  public String name() {
    return "merge";
  }

  @Override
  public Operation on(List<Value> inputs) {
    throw new IllegalStateException("joined operations are not recomputed");
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.merge(
        one.selection(),
        place.apply(one.x()),
        other.selection(),
        place.apply(other.x()),
        place.apply(result));
  }
}
