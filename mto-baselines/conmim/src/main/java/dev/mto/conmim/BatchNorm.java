package dev.mto.conmim;

import dev.mto.models.Initializer;
import dev.mto.models.Parameters;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Batch normalisation over rows with the statistics of the batch itself, as PyTorch's in training:
 * (x - mean)/√(variance + eps)·weight + bias, eps 1e-5, the variance biased. Gradients flow through
 * mean and variance.
 */
final class BatchNorm {
  private static final double EPSILON = 1e-5;

  private final String layer;
  private final int features;
  private final SDVariable weight;
  private final SDVariable bias;

  /**
   * Normalises {@code features} values.
   *
   * @param prefix of the parameters' names in the graph
   * @param affine whether there is a gain {@code name.weight} and a shift {@code name.bias}
   */
  BatchNorm(Parameters parameters, String prefix, String name, int features, boolean affine) {
    this.layer = prefix + name;
    this.features = features;
    this.weight =
        affine ? parameters.declare(name + ".weight", Initializer.ones(), features) : null;
    this.bias = affine ? parameters.declare(name + ".bias", Initializer.zeros(), features) : null;
  }

  /**
   * The normalised rows and what they were normalised with.
   *
   * @param rows [R, F]
   */
  record Normalised(SDVariable rows, BatchStatistics statistics) {}

  /** Normalises the features of {@code x} [R, F]. */
  Normalised apply(SDVariable x) {
    SDVariable mean = x.mean(true, 0);
    SDVariable centred = x.sub(mean);
    SDVariable variance = centred.mul(centred).mean(true, 0);
    SDVariable scaled = centred.mul(x.getSameDiff().math().pow(variance.add(EPSILON), -0.5));
    SDVariable normalised = weight == null ? scaled : scaled.mul(weight).add(bias);
    SDVariable count = x.getSameDiff().sizeAt(x, 0).castTo(x.dataType());
    SDVariable unbiased = variance.mul(count).div(count.sub(1));
    return new Normalised(normalised, new BatchStatistics(layer, features, mean, unbiased));
  }
}
