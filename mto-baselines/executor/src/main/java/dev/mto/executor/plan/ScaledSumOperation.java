package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** x·factor + addend: a scaled branch and its residual; the factor is repeated as in a product. */
record ScaledSumOperation(Value x, Value factor, Value addend, Value result)
    implements ConstantOperation {
  @Override
  public List<Value> inputs() {
    return List.of(x, factor, addend);
  }

  @Override
  public List<Value> outputs() {
    return List.of(result);
  }

  @Override
  public String name() {
    return "multiply and add";
  }

  @Override
  public Operation on(List<Value> inputs) {
    throw new IllegalStateException("joined operations are not recomputed");
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.multiplyAdd(
        place.apply(x), place.apply(factor), place.apply(addend), place.apply(result));
  }
}
