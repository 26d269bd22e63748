package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head self-attention with one projection for queries, keys and values, biases for queries
 * and values only, and a relative position bias shared by all blocks.
 */
final class Attention {
  private final SameDiff graph;
  private final VitConfig config;
  private final SDVariable qkvWeight;
  private final SDVariable queryBias;
  private final SDVariable valueBias;
  private final SDVariable noKeyBias;
  private final Linear projection;

  Attention(
      SameDiff graph,
      VitConfig config,
      Parameters parameters,
      String name,
      Initializer weight,
      Initializer projectionWeight) {
    this.graph = graph;
    this.config = config;
    int dim = config.dim();
    this.queryBias = parameters.declare(name + ".q_bias", Initializer.zeros(), dim);
    this.valueBias = parameters.declare(name + ".v_bias", Initializer.zeros(), dim);
    this.qkvWeight = parameters.declare(name + ".qkv.weight", weight, 3L * dim, dim);
    this.projection = Linear.declare(parameters, name + ".proj", projectionWeight, dim, dim);
    this.noKeyBias = graph.constant(name + ".k_bias", Nd4j.zeros(parameters.type(), dim));
  }

  /**
   * Tokens [R, D] to tokens [R, D].
   *
   * @param positions bias of the scores [heads, T, T], the same for every image
   * @param ones [R, 1]
   */
  SDVariable apply(SDVariable x, SDVariable positions, SDVariable ones) {
    int tokens = 1 + config.patches();
    int heads = config.heads();
    int size = config.dim() / heads;
    Linear qkv = new Linear(qkvWeight, graph.concat(0, queryBias, noKeyBias, valueBias));
    SDVariable[] parts =
        graph.unstack(
            qkv.apply(x, ones)
                // (R, 3*D) -> (B, T, 3, heads, D/heads) -> (3, B, heads, T, D/heads)
                .reshape(-1, tokens, 3, heads, size)
                .permute(2, 0, 3, 1, 4),
            0,
            3);
    SDVariable query = parts[0].mul(1 / Math.sqrt(size));
    SDVariable scores = Rows.timesTransposed(query, parts[1]).add(positions);
    SDVariable mixed =
        graph
            .nn()
            .softmax(scores, -1)
            .mmul(parts[2])
            // (B, heads, T, D/heads) -> (B, T, heads, D/heads) -> (R, D)
            .permute(0, 2, 1, 3)
            .reshape(-1, config.dim());
    return projection.apply(mixed, ones);
  }
}
