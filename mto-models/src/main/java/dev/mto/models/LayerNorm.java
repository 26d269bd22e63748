package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Layer normalisation over the last dimension with eps 1e-6, which ND4J's own operation cannot be
 * given: (x - mean)/√(variance + eps)·weight + bias, with the biased variance.
 */
public final class LayerNorm {
  static final double EPSILON = 1e-6;

  private final SameDiff graph;
  private final String name;
  private final Rows rows;
  private final int dim;
  private final SDVariable weight;
  private final SDVariable bias;

  /** Declares gain and bias [D]. */
  public LayerNorm(SameDiff graph, Parameters parameters, String name, int dim) {
    this.graph = graph;
    this.name = name;
    this.rows = new Rows(graph, parameters.type());
    this.dim = dim;
    this.weight = parameters.declare(name + ".weight", Initializer.ones(), dim);
    this.bias = parameters.declare(name + ".bias", Initializer.zeros(), dim);
  }

  /** Normalises each row of {@code x} [R, D]; {@code ones} is [R, 1]. */
  public SDVariable apply(SDVariable x, SDVariable ones) {
    SDVariable mean = rows.mean(dim);
    SDVariable across = rows.ones(dim);
    return Scope.named(
        graph,
        name + ".layer_norm",
        () -> {
          SDVariable centred = x.sub(x.mmul(mean).mmul(across));
          SDVariable variance = centred.mul(centred).mmul(mean);
          SDVariable deviation = graph.math().pow(variance.add(EPSILON), -0.5).mmul(across);
          return centred.mul(deviation).mul(Rows.outer(ones, weight)).add(Rows.outer(ones, bias));
        });
  }
}
