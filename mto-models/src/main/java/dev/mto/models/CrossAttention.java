package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Multi-head attention of a decoder's tokens (queries) to features of the encoder (keys and
 * values), with biases for queries and values only (Dong et al., "Bootstrapped Masked Autoencoders
 * for Vision BERT Pretraining", ECCV 2022).
 */
final class CrossAttention {
  private final SameDiff graph;
  private final BlockConfig config;
  private final Linear query;
  private final Linear keyValue;
  private final Linear projection;

  /**
   * Declares the parameters.
   *
   * @param featureDim width of a feature
   */
  CrossAttention(
      SameDiff graph,
      BlockConfig config,
      int featureDim,
      Initializer weight,
      Parameters parameters,
      String name) {
    this.graph = graph;
    this.config = config;
    int inner = config.inner();
    SDVariable queryBias = parameters.declare(name + ".q_bias", Initializer.zeros(), inner);
    SDVariable valueBias = parameters.declare(name + ".v_bias", Initializer.zeros(), inner);
    SDVariable keyBias =
        parameters.constant(name + ".k_bias", Nd4j.zeros(parameters.type(), inner));
    this.query =
        new Linear(parameters.declare(name + ".q.weight", weight, inner, config.dim()), queryBias);
    this.keyValue =
        new Linear(
            parameters.declare(name + ".kv.weight", weight, 2L * inner, featureDim),
            graph.concat(0, keyBias, valueBias));
    this.projection = Linear.declare(parameters, name + ".proj", weight, config.dim(), inner);
  }

  /**
   * Tokens [R, D] to tokens [R, D].
   *
   * @param features [S, F], the rows of {@code keys}
   */
  SDVariable apply(SDVariable x, Sequence sequence, SDVariable features, Sequence keys) {
    int heads = config.heads();
    int size = config.headDim();
    SDVariable queries =
        query
            .apply(x, sequence.ones())
            // (R, inner) -> (B, T, heads, size) -> (B, heads, T, size)
            .reshape(-1, sequence.tokens(), heads, size)
            .permute(0, 2, 1, 3)
            .mul(1 / Math.sqrt(size));
    SDVariable[] parts =
        graph.unstack(
            keyValue
                .apply(features, keys.ones())
                // (S, 2*inner) -> (B, K, 2, heads, size) -> (2, B, heads, K, size)
                .reshape(-1, keys.tokens(), 2, heads, size)
                .permute(2, 0, 3, 1, 4),
            0,
            2);
    SDVariable mixed =
        graph
            .nn()
            .softmax(Rows.timesTransposed(queries, parts[0]), -1)
            .mmul(parts[1])
            // (B, heads, T, size) -> (B, T, heads, size) -> (R, inner)
            .permute(0, 2, 1, 3)
            .reshape(-1, config.inner());
    return projection.apply(mixed, sequence.ones());
  }
}
