package dev.mto.executor.plan;

import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.FusedAttention.Heads;
import dev.mto.executor.kernels.FusedAttention.Operands;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * softmax(scale·q·kᵀ + bias)·v of each head, [B, T, H, S], by kernels that keep no scores.
 *
 * @param bias [H, T, K] of scores, or null
 * @param logSums what its gradient needs of the scores [B, T, H]
 */
record AttentionOperation(
    Part query, Part key, Part value, Value bias, double scale, Value result, Value logSums)
    implements Operation {

  /**
   * One of the parts of tokens.
   *
   * @param tokens [B, T, parts, H, S]
   */
  record Part(Value tokens, int index) {
    Heads placed(Function<Value, Tensor> place) {
      return new Heads(place.apply(tokens), index);
    }

    Part of(Value others) {
      return new Part(others, index);
    }
  }

  @Override
  public List<Value> inputs() {
    List<Value> inputs = new ArrayList<>(List.of(query.tokens, key.tokens, value.tokens));
    if (bias != null) {
      inputs.add(bias);
    }
    return inputs;
  }

  @Override
  public List<Value> outputs() {
    return List.of(result, logSums);
  }

  @Override
  public String name() {
    return "attention";
  }

  /** Those of the two products that it stands for. */
  @Override
  public double productFlops() {
    return 4.0 * result.length() * key.tokens.extent(1);
  }

  @Override
  public void differentiate(Gradients gradients) {
    Map<Value, Value> to = new LinkedHashMap<>();
    for (Part part : List.of(query, key, value)) {
      to.computeIfAbsent(part.tokens, tokens -> Value.computed(tokens.shape()));
    }
    boolean ofBias = bias != null && gradients.isNeeded(bias);
    AttentionGradient gradient =
        gradients
            .program()
            .add(
                new AttentionGradient(
                    this,
                    gradients.program().dense(gradients.of(result)),
                    query.of(to.get(query.tokens)),
                    key.of(to.get(key.tokens)),
                    value.of(to.get(value.tokens)),
                    ofBias ? Value.computed(bias.shape()) : null));
    to.forEach(
        (tokens, gradientOfTokens) -> {
          if (gradients.isNeeded(tokens)) {
            gradients.add(tokens, gradientOfTokens);
          }
        });
    if (ofBias) {
      gradients.add(bias, gradient.toBias());
    }
  }

  @Override
  public Operation on(List<Value> inputs) {
    return new AttentionOperation(
        query.of(inputs.get(0)),
        key.of(inputs.get(1)),
        value.of(inputs.get(2)),
        bias == null ? null : inputs.get(3),
        scale,
        Value.computed(result.shape()),
        Value.computed(logSums.shape()));
  }

  @Override
  public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
    return fused(kernels)
        .forward(operands(place), (float) scale, place.apply(result), place.apply(logSums));
  }

  private Operands operands(Function<Value, Tensor> place) {
    return new Operands(
        query.placed(place),
        key.placed(place),
        value.placed(place),
        bias == null ? null : place.apply(bias));
  }

  private static FusedAttention fused(Kernels kernels) {
    return kernels.fusedAttention().orElseThrow();
  }

  /** The gradients of all tokens and, where it is asked for, of the bias. */
  record AttentionGradient(
      AttentionOperation attention,
      Value gradient,
      Part toQuery,
      Part toKey,
      Part toValue,
      Value toBias)
      implements ConstantOperation {
    @Override
    public List<Value> inputs() {
      return Stream.concat(
              attention.inputs().stream(),
              Stream.of(attention.result(), attention.logSums(), gradient))
          .toList();
    }

    @Override
    public List<Value> outputs() {
      Set<Value> outputs =
          new LinkedHashSet<>(List.of(toQuery.tokens(), toKey.tokens(), toValue.tokens()));
      if (toBias != null) {
        outputs.add(toBias);
      }
      return List.copyOf(outputs);
    }

    @Override
    public String name() {
      return "attention gradient";
    }

    /** Those of the four products that it stands for; scores are computed again besides. */
    @Override
    public double productFlops() {
      return 2 * attention.productFlops();
    }

    @Override
    public Operation on(List<Value> inputs) {
      throw new IllegalStateException("a gradient is not recomputed");
    }

    @Override
    public Kernel kernel(Kernels kernels, Function<Value, Tensor> place) {
      return fused(kernels)
          .gradient(
              attention.operands(place),
              (float) attention.scale(),
              place.apply(attention.result()),
              place.apply(attention.logSums()),
              place.apply(gradient),
              new Operands(
                  toQuery.placed(place),
                  toKey.placed(place),
                  toValue.placed(place),
                  toBias == null ? null : place.apply(toBias)));
    }
  }
}
