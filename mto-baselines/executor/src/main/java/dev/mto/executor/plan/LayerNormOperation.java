package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.List;
import java.util.function.Function;

/** Layer normalisation of rows [R, D] with weight [D] and bias [D]. */
record LayerNormOperation(
    Value x, Value weight, Value bias, double epsilon, Value result, Value mean, Value variance)
    implements Operation {

  static Value add(Program program, Value x, Value weight, Value bias, double epsilon) {
    long rows = x.length() / x.extent(-1);
    return program
        .add(
            new LayerNormOperation(
                x,
                weight,
                bias,
                epsilon,
                Value.computed(x.shape()),
                Value.computed(rows),
                Value.computed(rows)))
        .output();
  }

  @Override
  public List<Value> inputs() {
    return List.of(x, weight, bias);
  }

  @Override
  public List<Value> outputs() {
    return List.of(result, mean, variance);
  }

  @Override
  public String name() {
    return "layer norm";
  }

  @Override
  public void differentiate(Gradients gradients) {
    LayerNormGradient gradient =
        gradients
            .program()
            .add(
                new LayerNormGradient(
                    this,
                    gradients.program().dense(gradients.of(result)),
                    Value.computed(x.shape()),
                    Value.computed(weight.shape()),
                    Value.computed(bias.shape())));
    gradients.add(x, gradient.toX());
    gradients.add(weight, gradient.toWeight());
    gradients.add(bias, gradient.toBias());
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new LayerNormOperation(
        inputs.get(0),
        inputs.get(1),
        inputs.get(2),
        epsilon,
        Value.computed(result.shape()),
        Value.computed(mean.shape()),
        Value.computed(variance.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.layerNorm(
        place.apply(x),
        place.apply(weight),
        place.apply(bias),
        (float) epsilon,
        place.apply(result),
        place.apply(mean),
        place.apply(variance));
  }

  /** The three gradients of a layer normalisation. */
  record LayerNormGradient(
      LayerNormOperation norm, Value gradient, Value toX, Value toWeight, Value toBias)
      implements ConstantOperation {
    @Override
    public List<Value> inputs() {
      return List.of(norm.x(), norm.weight(), norm.bias(), norm.mean(), norm.variance(), gradient);
    }

    @Override
    public List<Value> outputs() {
      return List.of(toX, toWeight, toBias);
    }

    @Override
    public String name() {
      return "layer norm gradient";
    }

    @Override
    public Operation on(List<Value> inputs) {
      throw new IllegalStateException("a gradient is not recomputed");
    }

    @Override
    public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
      return kernels.layerNormGradient(
          new Kernels.LayerNormInputs(
              place.apply(norm.x()),
              place.apply(norm.weight()),
              place.apply(norm.bias()),
              (float) norm.epsilon(),
              place.apply(norm.mean()),
              place.apply(norm.variance())),
          place.apply(gradient),
          place.apply(toX),
          place.apply(toWeight),
          place.apply(toBias));
    }
  }
}
