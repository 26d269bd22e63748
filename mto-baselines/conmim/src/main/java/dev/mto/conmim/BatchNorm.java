package dev.mto.conmim;

import dev.mto.models.Initializer;
import dev.mto.models.Parameters;
import dev.mto.models.Rows;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Batch normalisation over rows with the statistics of the batch itself, as PyTorch's in training:
 * (x - mean)/√(variance + eps)·weight + bias, eps 1e-5, the variance biased. Gradients flow through
 * mean and variance.
 *
 * <p>Built from products with ones: the gradient of a broadcast is slow on the CPU.
 */
final class BatchNorm {
  private static final double EPSILON = 1e-5;

  private final SameDiff graph;
  private final String layer;
  private final int features;
  private final Rows rows;
  private final SDVariable weight;
  private final SDVariable bias;

  private BatchNorm(
      SameDiff graph,
      Parameters parameters,
      String layer,
      int features,
      SDVariable weight,
      SDVariable bias) {
    this.graph = graph;
    this.layer = layer;
    this.features = features;
    this.rows = new Rows(graph, parameters.type());
    this.weight = weight;
    this.bias = bias;
  }

  /** With a gain {@code name.weight} and a shift {@code name.bias}, each [F]. */
  static BatchNorm affine(
      SameDiff graph, Parameters parameters, String prefix, String name, int features) {
    return new BatchNorm(
        graph,
        parameters,
        prefix + name,
        features,
        parameters.declare(name + ".weight", Initializer.ones(), features),
        parameters.declare(name + ".bias", Initializer.zeros(), features));
  }

  /** Without gain and shift. */
  static BatchNorm plain(
      SameDiff graph, Parameters parameters, String prefix, String name, int features) {
    return new BatchNorm(graph, parameters, prefix + name, features, null, null);
  }

  /**
   * The normalised rows and what they were normalised with.
   *
   * @param rows [R, F]
   */
  record Normalised(SDVariable rows, BatchStatistics statistics) {}

  /** Normalises the features of {@code x} [R, F]. */
  Normalised apply(SDVariable x) {
    SDVariable ones = rows.column(x);
    SDVariable count = ones.sum();
    SDVariable share = ones.div(count);
    SDVariable mean = columnSums(share, x);
    SDVariable centred = x.sub(Rows.outer(ones, mean));
    SDVariable variance = columnSums(share, centred.mul(centred));
    SDVariable scale = graph.math().pow(variance.add(EPSILON), -0.5);
    SDVariable gain = weight == null ? scale : scale.mul(weight.reshape(1, -1));
    SDVariable normalised = centred.mul(Rows.outer(ones, gain));
    SDVariable unbiased = variance.mul(count).div(count.sub(1));
    return new Normalised(
        bias == null ? normalised : normalised.add(Rows.outer(ones, bias)),
        new BatchStatistics(layer, features, mean, unbiased));
  }

  /** Columns of {@code x} [R, F], weighted by {@code weights} [R, 1] and summed: [1, F]. */
  private SDVariable columnSums(SDVariable weights, SDVariable x) {
    return graph.mmul(weights, x, true, false, false);
  }
}
