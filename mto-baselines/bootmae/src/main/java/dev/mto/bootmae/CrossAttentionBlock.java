package dev.mto.bootmae;

import dev.mto.models.Attention;
import dev.mto.models.Block;
import dev.mto.models.Initializer;
import dev.mto.models.LayerNorm;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A block of BootMAE's decoders: self-attention, attention to features of the encoder, MLP, each on
 * normalised input and added to the tokens (Dong et al., "Bootstrapped Masked Autoencoders for
 * Vision BERT Pretraining", ECCV 2022). Cross-attention has biases for queries and values only.
 */
final class CrossAttentionBlock {
  private final Block.Config config;
  private final Block block;
  private final Linear query;
  private final Linear keyValue;
  private final Linear projection;
  private final LayerNorm queryNorm;
  private final LayerNorm featureNorm;

  /**
   * Declares the block's parameters.
   *
   * @param config of tokens; {@code heads} need not divide {@code dim}
   * @param featureDim width F of a feature of the encoder
   * @param weight first value of the cross-attention's weights
   */
  CrossAttentionBlock(
      Parameters parameters, String name, Block.Config config, int featureDim, Initializer weight) {
    this.config = config;
    int dim = config.dim();
    int inner = config.inner();
    String cross = name + ".c_attn";
    this.block = new Block(parameters, name, config);
    this.query =
        new Linear(
            parameters.declare(cross + ".q.weight", weight, inner, dim),
            parameters.declare(cross + ".q_bias", Initializer.zeros(), inner));
    this.keyValue =
        new Linear(
            parameters.declare(cross + ".kv.weight", weight, 2L * inner, featureDim),
            Attention.keyAndValueBias(parameters, cross, inner));
    this.projection = Linear.declare(parameters, cross + ".proj", weight, dim, inner);
    this.queryNorm = new LayerNorm(parameters, name + ".norm3", dim);
    this.featureNorm = new LayerNorm(parameters, name + ".norm4", featureDim);
  }

  /**
   * Tokens [B, T, D] to tokens [B, T, D].
   *
   * @param features of the encoder [B, K, F]
   */
  SDVariable apply(SDVariable x, SDVariable features) {
    SDVariable attended = block.attention(x);
    SDVariable queries = Attention.heads(query.apply(queryNorm.apply(attended)), 1, config)[0];
    SDVariable[] keysAndValues =
        Attention.heads(keyValue.apply(featureNorm.apply(features)), 2, config);
    SDVariable mixed =
        Attention.mix(queries, keysAndValues[0], keysAndValues[1], null, attended, config);
    return block.mlp(attended.add(projection.apply(mixed)));
  }
}
