package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Entropy, in nats, of the softmax p of each row of scores: [..., C] to [...]. */
record RowEntropyOperation(Value scores, Value result, Value probabilities) implements Operation {

  static Value add(Program program, Value scores) {
    long[] shape = Arrays.copyOf(scores.shape(), scores.rank() - 1);
    return program
        .add(new RowEntropyOperation(scores, Value.computed(shape), Value.computed(scores.shape())))
        .output();
  }

  @Override
  public List<Value> inputs() {
    return List.of(scores);
  }

  @Override
  public List<Value> outputs() {
    return List.of(result, probabilities);
  }

  @Override
  public String name() {
    return "row entropy";
  }

  @Override
  public void differentiate(Gradients gradients) {
    Program program = gradients.program();
    gradients.add(
        scores,
        program
            .add(
                new RowEntropyGradient(
                    this, program.dense(gradients.of(result)), Value.computed(scores.shape())))
            .output());
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new RowEntropyOperation(
        inputs.get(0), Value.computed(result.shape()), Value.computed(probabilities.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return kernels.rowEntropy(place.apply(scores), place.apply(result), place.apply(probabilities));
  }

  /** The gradient to the scores: {@code -gradient·p·(ln p + entropy)}. */
  record RowEntropyGradient(RowEntropyOperation entropy, Value gradient, Value result)
      implements ConstantOperation {
    @Override
    public List<Value> inputs() {
      return List.of(entropy.probabilities(), entropy.scores(), entropy.result(), gradient);
    }

    @Override
    public List<Value> outputs() {
      return List.of(result);
    }

    @Override
    public String name() {
      return "row entropy gradient";
    }

    @Override
    public Value replaceable() {
      return entropy.probabilities();
    }

    @Override
    public Operation on(List<Value> inputs) {
      throw new IllegalStateException("a gradient is not recomputed");
    }

    @Override
    public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
      return kernels.rowEntropyGradient(
          place.apply(entropy.scores()),
          place.apply(entropy.probabilities()),
          place.apply(entropy.result()),
          place.apply(gradient),
          place.apply(result));
    }
  }
}
