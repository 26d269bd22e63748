package dev.mto.executor.plan;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A function of each element. */
record UnaryOperation(Unary function, Value x, Value result) implements Operation {
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
    return function.kind().name().toLowerCase(Locale.ROOT);
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
        x,
        switch (function.kind()) {
          case LINEAR -> program.scale(dy, function.alpha());
          case RECIPROCAL ->
              program.scale(
                  program.binary(Binary.MULTIPLY, dy, program.square(result)),
                  -1 / function.alpha());
          default ->
              program.add(new UnaryGradient(function, x, dy, Value.computed(x.shape()))).output();
        });
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new UnaryOperation(function, inputs.get(0), Value.computed(result.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.unary(function, place.apply(x), place.apply(result));
  }

  /** gradient·f'(x). */
  record UnaryGradient(Unary function, Value x, Value gradient, Value result)
      implements ConstantOperation {
    @Override
    public List<Value> inputs() {
      return List.of(x, gradient);
    }

    @Override
    public List<Value> outputs() {
      return List.of(result);
    }

    @Override
    public String name() {
      return function.kind().name().toLowerCase(Locale.ROOT) + " gradient";
    }

    @Override
    public Value replaceable() {
      return gradient;
    }

    @Override
    public Operation on(List<Value> inputs) {
      return new UnaryGradient(
          function, inputs.get(0), inputs.get(1), Value.computed(result.shape()));
    }

    @Override
    public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
      return kernels.unaryGradient(
          function, place.apply(x), place.apply(gradient), place.apply(result));
    }
  }
}
