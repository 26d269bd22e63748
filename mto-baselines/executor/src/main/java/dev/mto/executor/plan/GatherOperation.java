package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** The selected rows [B, V, D] of [B, N, D]. */
record GatherOperation(Selection selection, Value x, Value result) implements Operation {

  static Value add(Program program, Selection selection, Value x) {
    return program
        .add(
            new GatherOperation(
                selection,
                program.dense(x),
                Value.computed(x.extent(0), selection.selected(), x.extent(2))))
        .output();
  }

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
    return "gather";
  }

  @Override
  public void differentiate(Gradients gradients) {
    gradients.add(x, ScatterOperation.add(gradients.program(), selection, gradients.of(result)));
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new GatherOperation(selection, inputs.get(0), Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.gather(selection, place.apply(x), place.apply(result));
  }
}
