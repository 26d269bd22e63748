package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A pre-norm Transformer block. Its two branches may be scaled per channel (CaiT's layer scale) and
 * dropped per image (stochastic depth).
 */
public final class Block {
  private final Rows rows;
  private final BlockConfig config;
  private final SDVariable attentionScale;
  private final SDVariable mlpScale;
  private final LayerNorm attentionNorm;
  private final Attention attention;
  private final LayerNorm mlpNorm;
  private final Mlp mlp;

  /**
   * Declares the block's parameters.
   *
   * @param name start of their names, e.g. {@code blocks.0}
   */
  public Block(
      SameDiff graph,
      BlockConfig config,
      BlockWeights weights,
      Parameters parameters,
      String name) {
    this.rows = new Rows(graph, parameters.type());
    this.config = config;
    int dim = config.dim();
    Initializer scale = Initializer.constant(config.layerScale());
    this.attentionScale =
        config.scaled() ? parameters.declare(name + ".gamma_1", scale, dim) : null;
    this.mlpScale = config.scaled() ? parameters.declare(name + ".gamma_2", scale, dim) : null;
    this.attentionNorm = new LayerNorm(graph, parameters, name + ".norm1", dim);
    this.attention = new Attention(graph, config, weights, parameters, name + ".attn");
    this.mlpNorm = new LayerNorm(graph, parameters, name + ".norm2", dim);
    this.mlp = new Mlp(graph, config, weights, parameters, name + ".mlp");
  }

  /** Tokens [R, D] to tokens [R, D], without position bias, nothing dropped. */
  public SDVariable apply(SDVariable x, Sequence sequence) {
    return apply(x, sequence, null, null, null);
  }

  /**
   * Tokens [R, D] to tokens [R, D].
   *
   * @param positions bias of the scores [heads, T, T], the same for every image, or null
   * @param keepAttention factor of the attention branch for each row [R, 1], or null for 1
   * @param keepMlp factor of the MLP branch for each row [R, 1], or null for 1
   */
  public SDVariable apply(
      SDVariable x,
      Sequence sequence,
      SDVariable positions,
      SDVariable keepAttention,
      SDVariable keepMlp) {
    SDVariable ones = sequence.ones();
    SDVariable attended = attention.apply(attentionNorm.apply(x, ones), sequence, positions);
    SDVariable middle = x.add(branch(attended, attentionScale, keepAttention, ones));
    SDVariable mapped = mlp.apply(mlpNorm.apply(middle, ones), ones);
    return middle.add(branch(mapped, mlpScale, keepMlp, ones));
  }

  private SDVariable branch(SDVariable values, SDVariable scale, SDVariable keep, SDVariable ones) {
    if (scale == null && keep == null) {
      return values;
    }
    SDVariable channels = scale == null ? rows.ones(config.dim()) : scale;
    return values.mul(Rows.outer(keep == null ? ones : keep, channels));
  }
}
