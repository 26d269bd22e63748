package dev.mto.evaluation;

import dev.mto.models.Attention;
import dev.mto.models.Block;
import dev.mto.models.Initializer;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.Tokens;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Cross-attention of one learned query over tokens, as attentive probing has it (Chen et al.,
 * Context Autoencoder, IJCV 2024; El-Nouby et al., AIM, ICML 2024): for each head, Σ
 * softmax(q·k/√S) v over the tokens, with keys k = W_k x and values v = W_v x. No biases, no norm
 * and no projection follow. Shapes: B images, N tokens, D width, H heads of size S.
 */
final class AttentivePooling {
  static final String NAME = "attentive";
  static final String QUERY = NAME + ".query";

  private static final double QUERY_STD = 0.02;

  private AttentivePooling() {}

  /** H·S: {@code dim}, unless {@code heads} does not divide it. */
  static int width(int dim, int heads) {
    return config(dim, heads).inner();
  }

  private static Block.Config config(int dim, int heads) {
    return new Block.Config(dim, heads, 1, true, 0, Block.Weights.all(Initializer.zeros()));
  }

  /**
   * Adds the attention with its first values: {@value #QUERY} [1, 1, H·S], {@code
   * attentive.k.weight} and {@code attentive.v.weight} [H·S, D].
   *
   * @param tokens [B, N, D]
   * @return [B, H·S]
   * @throws IllegalArgumentException for more heads than D
   */
  static SDVariable pool(Parameters parameters, SDVariable tokens, int dim, int heads) {
    Block.Config config = config(dim, heads);
    SDVariable query =
        parameters.declare(QUERY, Initializer.normal(QUERY_STD), 1, 1, config.inner());
    SDVariable keys = projection(parameters, "k", tokens, config);
    SDVariable values = projection(parameters, "v", tokens, config);
    SDVariable queries = Tokens.classToken(Tokens.prepend(query, keys)); // one for each image
    return Attention.mix(
            Attention.heads(queries, 1, config)[0],
            Attention.heads(keys, 1, config)[0],
            Attention.heads(values, 1, config)[0],
            null,
            queries,
            config)
        .mean(1); // of one
  }

  private static SDVariable projection(
      Parameters parameters, String name, SDVariable tokens, Block.Config config) {
    SDVariable weight =
        parameters.declare(
            NAME + "." + name + ".weight",
            Initializer.kaimingUniform(),
            config.inner(),
            config.dim());
    return new Linear(weight, null).apply(tokens);
  }
}
