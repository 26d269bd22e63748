package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Tensors one after the other along a dimension. */
record ConcatOperation(List<Value> parts, int axis, Value result) implements Operation {

  static Value add(Program program, List<Value> parts, int axis) {
    long[] shape = parts.get(0).shape().clone();
    shape[axis] = parts.stream().mapToLong(part -> part.extent(axis)).sum();
    return program.add(new ConcatOperation(parts, axis, Value.computed(shape))).output();
  }

  @Override
  public List<Value> inputs() {
    return parts;
  }

  @Override
  public List<Value> outputs() {
    return List.of(result);
  }

  @Override
  public String name() {
    return "concat";
  }

  @Override
  public void differentiate(Gradients gradients) {
    Value dy = gradients.program().dense(gradients.of(result));
    long from = 0;
    for (Value part : parts) {
      long to = from + part.extent(axis);
      if (gradients.isNeeded(part)) {
        gradients.add(part, gradients.program().slice(dy, axis, from, to));
      }
      from = to;
    }
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new ConcatOperation(inputs, axis, Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    Tensor out = place.apply(result);
    List<Kernel> steps = new ArrayList<>();
    long from = 0;
    for (Value part : parts) {
      long to = from + part.extent(axis);
      RowBlock block = RowBlock.of(result.shape(), axis, from, to);
      Tensor in = place.apply(part);
      if (block.rows() > 1 || !in.sameMemory(out.at(block.start()))) {
        steps.add(
            kernels.copyRows(
                new Kernels.Rows(in, 0, block.length()),
                new Kernels.Rows(out, block.start(), block.stride()),
                block.rows(),
                block.length()));
      }
      from = to;
    }
    return () -> steps.forEach(Kernel::run);
  }
}
