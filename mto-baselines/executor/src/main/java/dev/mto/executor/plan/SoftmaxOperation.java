package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** Softmax of the last dimension. */
record SoftmaxOperation(Value x, Value result) implements Operation {
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
    return "softmax";
  }

  @Override
  public Value replaceable() {
    return x;
  }

  @Override
  public void differentiate(Gradients gradients) {
    Program program = gradients.program();
    Value dy = program.dense(gradients.of(result));
    gradients.add(
        x, program.add(new SoftmaxGradient(result, dy, Value.computed(x.shape()))).output());
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new SoftmaxOperation(inputs.get(0), Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.softmax(place.apply(x), place.apply(result));
  }

  /** y·(gradient - sum(y·gradient)). */
  record SoftmaxGradient(Value y, Value gradient, Value result) implements ConstantOperation {
    @Override
    public List<Value> inputs() {
      return List.of(y, gradient);
    }

    @Override
    public List<Value> outputs() {
      return List.of(result);
    }

    @Override
    public String name() {
      return "softmax gradient";
    }

    @Override
    public Value replaceable() {
      return gradient;
    }

    @Override
    public Operation on(List<Value> inputs) {
      return new SoftmaxGradient(inputs.get(0), inputs.get(1), Value.computed(result.shape()));
    }

    @Override
    public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
      return kernels.softmaxGradient(place.apply(y), place.apply(gradient), place.apply(result));
    }
  }
}
