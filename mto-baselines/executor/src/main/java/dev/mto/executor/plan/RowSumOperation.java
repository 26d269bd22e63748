package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * The sum of each row times a factor, [R, D] to [R, 1]. A matrix product would add one element
 * after the other, whose rounding errors a patch of equal pixels shows when it is normalised.
 */
record RowSumOperation(Value x, double factor, Value result) implements Operation {

  static Value add(Program program, Value x, double factor) {
    return program.add(new RowSumOperation(x, factor, Value.computed(x.extent(0), 1))).output();
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
    return "row sum";
  }

  @Override
  public void differentiate(Gradients gradients) {
    Program program = gradients.program();
    Value scaled = program.scale(program.dense(gradients.of(result)), factor);
    gradients.add(x, program.repeat(scaled, x.shape()));
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new RowSumOperation(inputs.get(0), factor, Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.rowSum(place.apply(x), (float) factor, place.apply(result));
  }
}
