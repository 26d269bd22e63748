package dev.mto.bootmae;

import dev.mto.models.Block;
import dev.mto.models.Initializer;
import dev.mto.models.LayerNorm;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.SinCosPositions;
import dev.mto.models.Tokens;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * One of BootMAE's two decoders: mask tokens with their positions join the encoded tokens, and the
 * blocks attend to features of the encoder. Only masked tokens are given a position. Shapes: B
 * images, N patches, V visible ones, D and E width of encoder and decoder, C channels, P pixels a
 * side of a patch.
 */
final class BootMaeDecoder {
  static final Initializer WEIGHTS = Initializer.xavierUniform();
  private static final Initializer MASK_TOKEN = Initializer.truncatedNormal(0.02, 0.02);

  /** Xavier uniform for queries, keys and values on their own, stacked as [3*inner, D]. */
  private static final Initializer QKV =
      (random, type, shape) ->
          Initializer.uniform(Math.sqrt(6.0 / (shape[0] / 3.0 + shape[1])))
              .create(random, type, shape);

  static final Block.Weights BLOCK = new Block.Weights(QKV, WEIGHTS, WEIGHTS, WEIGHTS);

  /**
   * What the encoder hands to both decoders.
   *
   * @param latent tokens after the final norm [B, 1+V, D], the class token first
   * @param selection one-hot rows of the visible tokens [B, V, N]
   * @param mask [B, N], 1 = masked
   */
  record Input(SDVariable latent, SDVariable selection, SDVariable mask) {}

  /**
   * What a decoder computed.
   *
   * @param beforePosition tokens [B, N, E] before positions are added to the masked
   * @param layers h⁰ (the decoder's input with positions), h¹ … hᴸ, each [B, N, E]
   * @param predicted what the head makes of the last [B*N, K]: a patch's pixels or features
   */
  record Output(SDVariable beforePosition, List<SDVariable> layers, SDVariable predicted) {}

  private final int dim;
  private final SDVariable positions;
  private final SDVariable maskToken;
  private final Linear down;
  private final List<CrossAttentionBlock> blocks = new ArrayList<>();
  private final LayerNorm norm;

  /**
   * Declares the parameters but those of the head.
   *
   * @param suffix end of the official names of their groups: empty for pixels, {@code _1} for
   *     features
   * @param positions [1, 1+N, E], of which the class token's row is not used
   */
  private BootMaeDecoder(
      VitConfig vit,
      String suffix,
      int dim,
      int depth,
      SDVariable positions,
      Parameters parameters) {
    this.dim = dim;
    this.positions = Tokens.patches(positions);
    this.maskToken = parameters.declare("mask_token" + suffix, MASK_TOKEN, 1, 1, dim);
    this.down = Linear.declare(parameters, "down" + suffix, WEIGHTS, dim, vit.dim());
    int hidden = (int) Math.round(dim * vit.mlpRatio());
    // as many heads as the encoder, which need not divide the width
    Block.Config block = new Block.Config(dim, vit.heads(), hidden, false, 0, BLOCK);
    for (int i = 0; i < depth; i++) {
      String name = "decode_blocks" + suffix + "." + i;
      blocks.add(new CrossAttentionBlock(parameters, name, block, vit.dim(), WEIGHTS));
    }
    this.norm = new LayerNorm(parameters, "decode_norm" + suffix, dim);
  }

  /** Decodes pixels, with a table of positions of the decoder's own: K = C*P*P. */
  static Output pixels(
      Input input,
      SDVariable injected,
      VitConfig vit,
      BootMaeOptions options,
      Parameters parameters) {
    int dim = options.decoderDim();
    SDVariable positions =
        parameters.table(
            "de_pos_embed", SinCosPositions.rowFirst(vit.gridHeight(), vit.gridWidth(), dim));
    BootMaeDecoder decoder =
        new BootMaeDecoder(vit, "", dim, options.decoderDepth(), positions, parameters);
    int side = vit.patch();
    SDVariable weight =
        parameters.declare(
            "lm_head.proj.weight", Initializer.kaimingUniform(), dim, vit.channels(), side, side);
    SDVariable bias =
        parameters.declare(
            "lm_head.proj.bias",
            Initializer.uniform(1 / Math.sqrt(vit.patchValues())),
            vit.channels());
    // a transposed convolution whose stride is its kernel: a linear layer, one bias a channel
    return decoder.decode(
        input,
        injected,
        last ->
            last.mmul(weight.reshape(dim, vit.patchValues()))
                // (R, C*P*P) -> (R, C, P*P), + (C, 1)
                .reshape(-1, vit.channels(), (long) side * side)
                .add(bias.reshape(vit.channels(), 1))
                .reshape(-1, vit.patchValues()));
  }

  /** Decodes the teacher's features, with the encoder's table of positions: K = D. */
  static Output features(
      Input input,
      SDVariable injected,
      SDVariable positions,
      VitConfig vit,
      BootMaeOptions options,
      Parameters parameters) {
    int dim = vit.dim();
    BootMaeDecoder decoder =
        new BootMaeDecoder(vit, "_1", dim, options.decoderDepth(), positions, parameters);
    Linear head = Linear.declare(parameters, "lm_head_1", WEIGHTS, dim, dim);
    return decoder.decode(input, injected, head::rows);
  }

  /**
   * Decodes.
   *
   * @param injected output of the encoder block that the decoder attends to [B, 1+V, D]
   * @param head rows [B*N, E] to [B*N, K]
   */
  private Output decode(Input input, SDVariable injected, UnaryOperator<SDVariable> head) {
    SDVariable projected = down.apply(input.latent()); // [B, 1+V, E]
    SDVariable beforePosition =
        Tokens.restore(Tokens.patches(projected), input.selection(), input.mask(), maskToken);
    SDVariable tokens = beforePosition.add(Tokens.where(input.mask(), positions));
    List<SDVariable> layers = new ArrayList<>();
    layers.add(tokens);
    SDVariable x = tokens.getSameDiff().concat(1, Tokens.classToken(projected), tokens);
    for (CrossAttentionBlock block : blocks) {
      x = block.apply(x, injected);
      layers.add(Tokens.patches(x));
    }
    SDVariable last = Tokens.patches(norm.apply(x)).reshape(-1, dim);
    return new Output(beforePosition, layers, head.apply(last));
  }
}
