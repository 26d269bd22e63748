package dev.mto.engine.optimizer;

import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Updates;
import dev.mto.executor.state.LiveState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * LARS without Nesterov momentum, as MAE's linear probe uses it (You et al., Large Batch Training
 * of Convolutional Networks, 2017): a matrix's gradient, its weight decay included, is multiplied
 * by {@code trust * |w| / |g|}; then {@code m = momentum * m + g} and {@code w -= lr * m}. Vectors
 * take neither decay nor the factor. Parameters are updated in place.
 */
public final class Lars implements Optimizer {
  private final Map<String, INDArray> parameters;
  private final Map<String, INDArray> momenta = new LinkedHashMap<>();
  private final double momentum;
  private final double trust;
  private final double weightDecay;
  private final LiveState state;

  /**
   * An optimizer at rest.
   *
   * @param parameters arrays to update in place, by name
   * @param trust trust coefficient
   * @param state has the parameters, and will have the momenta
   */
  public Lars(
      Map<String, INDArray> parameters,
      double momentum,
      double trust,
      double weightDecay,
      LiveState state) {
    this.parameters = new LinkedHashMap<>(parameters);
    this.momentum = momentum;
    this.trust = trust;
    this.weightDecay = weightDecay;
    this.state = state;
    parameters.forEach(
        (name, array) -> momenta.put(name, Nd4j.zeros(array.dataType(), array.shape())));
  }

  @Override
  public void step(Map<String, INDArray> gradients, double learningRate, double factor) {
    state.forHost(parameters.values());
    state.forHost(momenta.values());
    gradients.forEach(
        (name, gradient) -> {
          INDArray parameter = parameters.get(name);
          if (factor != 1) {
            gradient.muli(factor);
          }
          if (isAdapted(parameter)) {
            adapt(parameter, gradient);
          }
          INDArray moved = momenta.get(name).muli(momentum).addi(gradient);
          try (INDArray update = moved.mul(learningRate)) {
            parameter.subi(update);
          }
        });
  }

  @Override
  public void step(Map<String, Tensor> gradients, Tensor clip, double learningRate) {
    Updates updates = state.updates().orElseThrow();
    gradients.forEach(
        (name, gradient) -> {
          INDArray parameter = parameters.get(name);
          boolean adapted = isAdapted(parameter);
          updates.lars(
              state.forDevice(parameter),
              state.forDevice(momenta.get(name)),
              gradient,
              clip,
              new Updates.LarsStep(
                  (float) momentum,
                  adapted ? (float) trust : 0,
                  adapted ? (float) weightDecay : 0,
                  (float) learningRate));
        });
  }

  @Override
  public Tensor reserve(String parameter) {
    state.reserve(momenta.get(parameter));
    return state.reserve(parameters.get(parameter));
  }

  private static boolean isAdapted(INDArray parameter) {
    return parameter.rank() > 1;
  }

  private void adapt(INDArray parameter, INDArray gradient) {
    if (weightDecay != 0) {
      try (INDArray decay = parameter.mul(weightDecay)) {
        gradient.addi(decay);
      }
    }
    double ofParameter = parameter.norm2Number().doubleValue();
    double ofGradient = gradient.norm2Number().doubleValue();
    if (ofParameter > 0 && ofGradient > 0) {
      gradient.muli(trust * ofParameter / ofGradient);
    }
  }

  /** As {@code optimizer.momentum/NAME}. */
  @Override
  public Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>();
    momenta.forEach((name, array) -> state.put("optimizer.momentum/" + name, array));
    return state;
  }

  @Override
  public void resumeAt(long steps) {
    // no state depends on their number
  }

  @Override
  public void close() {
    state.forget(momenta.values());
    momenta.values().forEach(INDArray::close);
  }
}
