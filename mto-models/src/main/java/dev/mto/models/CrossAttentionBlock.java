package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A block of BootMAE's decoders: self-attention, attention to features of the encoder, MLP, each on
 * normalised input and added to the tokens (Dong et al., "Bootstrapped Masked Autoencoders for
 * Vision BERT Pretraining", ECCV 2022).
 */
public final class CrossAttentionBlock {
  private final LayerNorm attentionNorm;
  private final Attention attention;
  private final LayerNorm queryNorm;
  private final LayerNorm featureNorm;
  private final CrossAttention crossAttention;
  private final LayerNorm mlpNorm;
  private final Mlp mlp;

  /**
   * Declares the block's parameters.
   *
   * @param config of tokens; {@code heads} need not divide {@code dim}
   * @param featureDim width of a feature of the encoder
   * @param crossWeight first value of the cross-attention's weights
   */
  public CrossAttentionBlock(
      SameDiff graph,
      BlockConfig config,
      int featureDim,
      BlockWeights weights,
      Initializer crossWeight,
      Parameters parameters,
      String name) {
    int dim = config.dim();
    this.attentionNorm = new LayerNorm(graph, parameters, name + ".norm1", dim);
    this.attention = new Attention(graph, config, weights, parameters, name + ".attn");
    this.crossAttention =
        new CrossAttention(graph, config, featureDim, crossWeight, parameters, name + ".c_attn");
    this.mlpNorm = new LayerNorm(graph, parameters, name + ".norm2", dim);
    this.queryNorm = new LayerNorm(graph, parameters, name + ".norm3", dim);
    this.featureNorm = new LayerNorm(graph, parameters, name + ".norm4", featureDim);
    this.mlp = new Mlp(graph, config, weights, parameters, name + ".mlp");
  }

  /**
   * Tokens [R, D] to tokens [R, D].
   *
   * @param features of the encoder [S, F], the rows of {@code keys}
   */
  public SDVariable apply(SDVariable x, Sequence sequence, SDVariable features, Sequence keys) {
    SDVariable attended =
        x.add(attention.apply(attentionNorm.apply(x, sequence.ones()), sequence, null));
    SDVariable crossed =
        attended.add(
            crossAttention.apply(
                queryNorm.apply(attended, sequence.ones()),
                sequence,
                featureNorm.apply(features, keys.ones()),
                keys));
    return crossed.add(mlp.apply(mlpNorm.apply(crossed, sequence.ones()), sequence.ones()));
  }
}
