package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A tensor between zeros along a dimension: the gradient of a slice. */
record PadOperation(Value x, int axis, long from, Value result) implements ConstantOperation {

  static Value add(Program program, Value x, int axis, long from, long total) {
    long[] shape = x.shape().clone();
    shape[axis] = total;
    return program.add(new PadOperation(x, axis, from, Value.computed(shape))).output();
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
    return "pad";
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new PadOperation(inputs.get(0), axis, from, Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    long to = from + x.extent(axis);
    long total = result.extent(axis);
    Tensor out = place.apply(result);
    RowBlock middle = RowBlock.of(result.shape(), axis, from, to);
    List<Kernel> steps = new ArrayList<>();
    for (RowBlock zeros :
        List.of(
            RowBlock.of(result.shape(), axis, 0, from),
            RowBlock.of(result.shape(), axis, to, total))) {
      if (zeros.length() > 0) {
        steps.add(
            kernels.zeroRows(
                new Kernels.Rows(out, zeros.start(), zeros.stride()),
                zeros.rows(),
                zeros.length()));
      }
    }
    steps.add(
        kernels.copyRows(
            new Kernels.Rows(place.apply(x), 0, middle.length()),
            new Kernels.Rows(out, middle.start(), middle.stride()),
            middle.rows(),
            middle.length()));
    return () -> steps.forEach(Kernel::run);
  }
}
