package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head self-attention with one projection for queries, keys and values. Shapes: B images, T
 * tokens, D width, H heads of size S; H·S is D unless H does not divide it.
 */
public final class Attention {
  private final Block.Config config;
  private final Linear qkv;
  private final Linear projection;

  Attention(Parameters parameters, String name, Block.Config config) {
    this.config = config;
    int inner = config.inner();
    SDVariable bias = config.keyBias() ? null : queryAndValueBias(parameters, name, inner);
    SDVariable weight =
        parameters.declare(name + ".qkv.weight", config.weights().qkv(), 3L * inner, config.dim());
    this.qkv =
        new Linear(
            weight,
            config.keyBias()
                ? parameters.declare(name + ".qkv.bias", Initializer.zeros(), 3L * inner)
                : bias);
    this.projection =
        Linear.declare(
            parameters, name + ".proj", config.weights().projection(), config.dim(), inner);
  }

  private static SDVariable queryAndValueBias(Parameters parameters, String name, int inner) {
    SDVariable query = parameters.declare(name + ".q_bias", Initializer.zeros(), inner);
    return parameters.graph().concat(0, query, keyAndValueBias(parameters, name, inner));
  }

  /** Biases of keys, zero for good, and of values, {@code name.v_bias}, in a row [2·H·S]. */
  public static SDVariable keyAndValueBias(Parameters parameters, String name, int inner) {
    SDVariable value = parameters.declare(name + ".v_bias", Initializer.zeros(), inner);
    SDVariable key = parameters.constant(name + ".k_bias", Nd4j.zeros(parameters.type(), inner));
    return parameters.graph().concat(0, key, value);
  }

  /**
   * Tokens [B, T, D] to tokens [B, T, D].
   *
   * @param positions bias of the scores [H, T, T], the same for every image, or null
   */
  SDVariable apply(SDVariable x, SDVariable positions) {
    SDVariable[] parts = heads(qkv.apply(x), 3, config);
    return projection.apply(mix(parts[0], parts[1], parts[2], positions, x, config));
  }

  /** Projected tokens [B, T, parts·H·S] to as many [B, H, T, S]. */
  public static SDVariable[] heads(SDVariable x, int parts, Block.Config config) {
    return x.getSameDiff()
        .unstack(
            Linear.reshape(x, x, 1, parts, config.heads(), config.headDim())
                // (B, T, parts, H, S) -> (parts, B, H, T, S)
                .permute(2, 0, 3, 1, 4),
            0,
            parts);
  }

  /**
   * softmax(q·kᵀ/√S + bias)·v, the heads side by side: [B, T, H·S].
   *
   * @param queries [B, H, T, S]
   * @param keys [B, H, K, S]
   * @param values [B, H, K, S]
   * @param positions bias of the scores [H, T, K], or null
   * @param like tokens [B, T, ...]
   */
  public static SDVariable mix(
      SDVariable queries,
      SDVariable keys,
      SDVariable values,
      SDVariable positions,
      SDVariable like,
      Block.Config config) {
    SameDiff graph = queries.getSameDiff();
    SDVariable scaled = queries.mul(1 / Math.sqrt(config.headDim()));
    SDVariable products = Linear.timesTransposed(scaled, keys);
    SDVariable scores = positions == null ? products : products.add(positions);
    // (B, H, T, S) -> (B, T, H, S) -> (B, T, H·S)
    SDVariable mixed = graph.nn().softmax(scores, -1).mmul(values).permute(0, 2, 1, 3);
    return Linear.reshape(mixed, like, 1, config.inner());
  }
}
