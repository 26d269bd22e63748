package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** Elements {@code from} to {@code to} (exclusive) of a dimension; copied unless they adjoin. */
record SliceOperation(Value x, int axis, long from, long to, Value result) implements Operation {

  static Value add(Program program, Value x, int axis, long from, long to) {
    long[] shape = x.shape().clone();
    shape[axis] = to - from;
    RowBlock block = RowBlock.of(x.shape(), axis, from, to);
    Value result =
        block.rows() == 1 && !x.isUniform()
            ? Value.view(x, block.start(), shape)
            : Value.computed(shape);
    return program.add(new SliceOperation(x, axis, from, to, result)).output();
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
    return "slice";
  }

  @Override
  public void differentiate(Gradients gradients) {
    gradients.add(x, gradients.program().pad(gradients.of(result), axis, from, x.extent(axis)));
  }

  @Override
  public Operation on(List<Value> inputs) {
    Value other = inputs.get(0);
    return new SliceOperation(
        other,
        axis,
        from,
        to,
        result.isComputed()
            ? Value.computed(result.shape())
            : Value.view(other, RowBlock.of(x.shape(), axis, from, to).start(), result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    if (!result.isComputed()) {
      return null;
    }
    RowBlock block = RowBlock.of(x.shape(), axis, from, to);
    return kernels.copyRows(
        new Kernels.Rows(place.apply(x), block.start(), block.stride()),
        new Kernels.Rows(place.apply(result), 0, block.length()),
        block.rows(),
        block.length());
  }
}
