package dev.mto.engine.optimizer;

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
public final class Lars implements AutoCloseable {
  private final Map<String, INDArray> parameters;
  private final Map<String, INDArray> momenta = new LinkedHashMap<>();
  private final double momentum;
  private final double trust;
  private final double weightDecay;

  /**
   * An optimizer at rest.
   *
   * @param parameters arrays to update in place, by name
   * @param trust trust coefficient
   */
  public Lars(Map<String, INDArray> parameters, double momentum, double trust, double weightDecay) {
    this.parameters = new LinkedHashMap<>(parameters);
    this.momentum = momentum;
    this.trust = trust;
    this.weightDecay = weightDecay;
    parameters.forEach(
        (name, array) -> momenta.put(name, Nd4j.zeros(array.dataType(), array.shape())));
  }

  /**
   * One update.
   *
   * @param gradients by parameter name; scaled in place
   */
  public void step(Map<String, INDArray> gradients, double learningRate) {
    gradients.forEach(
        (name, gradient) -> {
          INDArray parameter = parameters.get(name);
          if (parameter.rank() > 1) {
            adapt(parameter, gradient);
          }
          INDArray moved = momenta.get(name).muli(momentum).addi(gradient);
          try (INDArray update = moved.mul(learningRate)) {
            parameter.subi(update);
          }
        });
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

  /** The live momenta, {@code optimizer.momentum/NAME}, shaped as the parameters. */
  public Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>();
    momenta.forEach((name, array) -> state.put("optimizer.momentum/" + name, array));
    return state;
  }

  @Override
  public void close() {
    momenta.values().forEach(INDArray::close);
  }
}
