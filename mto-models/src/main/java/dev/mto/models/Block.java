package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A pre-norm Transformer block whose two branches are scaled per channel (CaiT's layer scale) and
 * may be dropped per image (stochastic depth).
 */
final class Block {
  private final SDVariable attentionScale;
  private final SDVariable mlpScale;
  private final LayerNorm attentionNorm;
  private final Attention attention;
  private final LayerNorm mlpNorm;
  private final Mlp mlp;

  /**
   * Declares the block's parameters.
   *
   * @param index 0-based
   */
  Block(SameDiff graph, VitConfig config, Parameters parameters, String name, int index) {
    int dim = config.dim();
    Initializer weight = VisionTransformer.WEIGHTS;
    Initializer last = weight.dividedBy(Math.sqrt(2.0 * (index + 1)));
    Initializer scale = Initializer.constant(config.layerScale());
    this.attentionScale = parameters.declare(name + ".gamma_1", scale, dim);
    this.mlpScale = parameters.declare(name + ".gamma_2", scale, dim);
    this.attentionNorm = new LayerNorm(graph, parameters, name + ".norm1", dim);
    this.attention = new Attention(graph, config, parameters, name + ".attn", weight, last);
    this.mlpNorm = new LayerNorm(graph, parameters, name + ".norm2", dim);
    this.mlp = new Mlp(graph, config, parameters, name + ".mlp", weight, last);
  }

  /**
   * Tokens [R, D] to tokens [R, D].
   *
   * @param positions bias of the scores [heads, T, T], the same for every image
   * @param ones [R, 1]
   * @param keepAttention factor of the attention branch for each row [R, 1]
   * @param keepMlp factor of the MLP branch for each row [R, 1]
   */
  SDVariable apply(
      SDVariable x,
      SDVariable positions,
      SDVariable ones,
      SDVariable keepAttention,
      SDVariable keepMlp) {
    SDVariable attended = attention.apply(attentionNorm.apply(x, ones), positions, ones);
    SDVariable middle = x.add(attended.mul(Rows.outer(keepAttention, attentionScale)));
    SDVariable mapped = mlp.apply(mlpNorm.apply(middle, ones), ones);
    return middle.add(mapped.mul(Rows.outer(keepMlp, mlpScale)));
  }
}
