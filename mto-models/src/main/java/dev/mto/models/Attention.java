package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/** Multi-head self-attention with one projection for queries, keys and values. */
final class Attention {
  private final SameDiff graph;
  private final BlockConfig config;
  private final Linear qkv;
  private final Linear projection;

  Attention(
      SameDiff graph,
      BlockConfig config,
      BlockWeights weights,
      Parameters parameters,
      String name) {
    this.graph = graph;
    this.config = config;
    this.qkv = qkv(weights.qkv(), parameters, name);
    this.projection =
        Linear.declare(
            parameters, name + ".proj", weights.projection(), config.dim(), config.inner());
  }

  private Linear qkv(Initializer init, Parameters parameters, String name) {
    int inner = config.inner();
    if (config.qkvBias() == QkvBias.ALL) {
      return Linear.declare(parameters, name + ".qkv", init, 3L * inner, config.dim());
    }
    SDVariable query = parameters.declare(name + ".q_bias", Initializer.zeros(), inner);
    SDVariable value = parameters.declare(name + ".v_bias", Initializer.zeros(), inner);
    SDVariable key = parameters.constant(name + ".k_bias", Nd4j.zeros(parameters.type(), inner));
    return new Linear(
        parameters.declare(name + ".qkv.weight", init, 3L * inner, config.dim()),
        graph.concat(0, query, key, value));
  }

  /**
   * Tokens [R, D] to tokens [R, D].
   *
   * @param positions bias of the scores [heads, T, T], the same for every image, or null
   */
  SDVariable apply(SDVariable x, Sequence sequence, SDVariable positions) {
    int size = config.headDim();
    SDVariable[] parts =
        graph.unstack(
            qkv.apply(x, sequence.ones())
                // (R, 3*inner) -> (B, T, 3, heads, size) -> (3, B, heads, T, size)
                .reshape(-1, sequence.tokens(), 3, config.heads(), size)
                .permute(2, 0, 3, 1, 4),
            0,
            3);
    SDVariable query = parts[0].mul(1 / Math.sqrt(size));
    SDVariable products = Rows.timesTransposed(query, parts[1]);
    SDVariable scores = positions == null ? products : products.add(positions);
    SDVariable mixed =
        graph
            .nn()
            .softmax(scores, -1)
            .mmul(parts[2])
            // (B, heads, T, size) -> (B, T, heads, size) -> (R, inner)
            .permute(0, 2, 1, 3)
            .reshape(-1, config.inner());
    return projection.apply(mixed, sequence.ones());
  }
}
