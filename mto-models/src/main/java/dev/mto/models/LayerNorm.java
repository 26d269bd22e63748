package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Layer normalisation over the last dimension with eps 1e-6, which ND4J's own operation cannot be
 * given: (x - mean)/√(variance + eps)·weight + bias, with the biased variance.
 */
public final class LayerNorm {
  private static final double EPSILON = 1e-6;

  private final Parameters parameters;
  private final String name;
  private final int dim;
  private final SDVariable weight;
  private final SDVariable bias;

  /** Declares gain and bias [D]. */
  public LayerNorm(Parameters parameters, String name, int dim) {
    this.parameters = parameters;
    this.name = name;
    this.dim = dim;
    this.weight = parameters.declare(name + ".weight", Initializer.ones(), dim);
    this.bias = parameters.declare(name + ".bias", Initializer.zeros(), dim);
  }

  /** Normalises each vector of {@code x} [..., D]. */
  public SDVariable apply(SDVariable x) {
    SDVariable rows = x.reshape(-1, dim);
    SDVariable normalised =
        parameters.named(
            name + ".layer_norm", () -> standardise(rows, EPSILON).mul(weight).add(bias));
    return Linear.reshape(normalised, x, 1, dim);
  }

  /** (x - mean)/√(variance + eps) of each row [R, D], without gain and bias. */
  public static SDVariable standardise(SDVariable x, double epsilon) {
    // dimension 1, not -1: ND4J's reductions of a last dimension by that name are wrong
    SDVariable centred = x.sub(x.mean(true, 1));
    SDVariable variance = centred.mul(centred).mean(true, 1);
    return centred.mul(x.getSameDiff().math().pow(variance.add(epsilon), -0.5));
  }
}
