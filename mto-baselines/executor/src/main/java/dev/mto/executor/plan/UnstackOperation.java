package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** The parts of the first dimension, where they are. */
record UnstackOperation(Value x, List<Value> results) implements Operation {

  static List<Value> add(Program program, Value x) {
    return program.add(new UnstackOperation(x, views(x))).results();
  }

  private static List<Value> views(Value x) {
    long[] shape = Arrays.copyOfRange(x.shape(), 1, x.rank());
    long length = Tensor.length(shape);
    List<Value> views = new ArrayList<>();
    for (long i = 0; i < x.extent(0); i++) {
      views.add(Value.view(x, i * length, shape));
    }
    return views;
  }

  @Override
  public List<Value> inputs() {
    return List.of(x);
  }

  @Override
  public List<Value> outputs() {
    return results;
  }

  @Override
  public String name() {
    return "unstack";
  }

  @Override
  public void differentiate(Gradients gradients) {
    Program program = gradients.program();
    List<Value> parts = new ArrayList<>();
    for (Value result : results) {
      Value gradient = gradients.of(result);
      parts.add(gradient == null ? Value.uniform(0, result.shape()) : gradient);
    }
    gradients.add(x, program.reshape(program.concat(parts, 0), x.shape()));
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new UnstackOperation(inputs.get(0), views(inputs.get(0)));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return null;
  }
}
