package dev.mto.bootmae;

import dev.mto.models.BlockConfig;
import dev.mto.models.ClassToken;
import dev.mto.models.CrossAttentionBlock;
import dev.mto.models.LayerNorm;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.QkvBias;
import dev.mto.models.Rows;
import dev.mto.models.Sequence;
import dev.mto.models.VisibleTokens;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * One of BootMAE's two decoders: mask tokens with their positions join the encoded tokens, and the
 * blocks attend to features of the encoder. Only masked tokens are given a position. Shapes: B
 * images, N patches, V visible ones, D and E width of encoder and decoder.
 */
final class BootMaeDecoder {
  /** The decoders differ in the ends of their official names. */
  enum Kind {
    PIXEL(""),
    FEATURE("_1");

    private final String suffix;

    Kind(String suffix) {
      this.suffix = suffix;
    }
  }

  /**
   * What the encoder hands to a decoder.
   *
   * @param latent tokens after the final norm [B*(1+V), D], the class token first
   * @param injected output of the block that the decoder attends to, likewise
   * @param selection one-hot rows of the visible tokens [B, V, N]
   * @param visible V
   * @param mask [B, N], 1 = masked
   */
  record Input(
      SDVariable latent, SDVariable injected, SDVariable selection, int visible, SDVariable mask) {}

  /**
   * What a decoder computed.
   *
   * @param beforePosition tokens [B, N, E] before positions are added
   * @param layers input of block 0 and output of every block, each [B, N, E]
   * @param last patch tokens after the decoder's norm [B*N, E]
   */
  record Output(SDVariable beforePosition, List<SDVariable> layers, SDVariable last) {}

  private final SameDiff graph;
  private final VitConfig vit;
  private final int dim;
  private final Rows rows;
  private final SDVariable positions;
  private final SDVariable maskToken;
  private final Linear down;
  private final List<CrossAttentionBlock> blocks = new ArrayList<>();
  private final LayerNorm norm;

  /**
   * Declares the parameters.
   *
   * @param depth number of blocks
   * @param positions [1, 1+N, E], of which the class token's row is not used
   */
  BootMaeDecoder(
      SameDiff graph,
      VitConfig vit,
      Kind kind,
      int dim,
      int depth,
      SDVariable positions,
      Parameters parameters) {
    this.graph = graph;
    this.vit = vit;
    this.dim = dim;
    this.rows = new Rows(graph, parameters.type());
    this.positions = ClassToken.drop(positions, vit.patches(), dim);
    this.maskToken =
        parameters.declare("mask_token" + kind.suffix, FirstValues.MASK_TOKEN, 1, 1, dim);
    this.down =
        Linear.declare(parameters, "down" + kind.suffix, FirstValues.WEIGHTS, dim, vit.dim());
    for (int i = 0; i < depth; i++) {
      blocks.add(
          new CrossAttentionBlock(
              graph,
              block(vit, dim),
              vit.dim(),
              FirstValues.BLOCK,
              FirstValues.WEIGHTS,
              parameters,
              "decode_blocks" + kind.suffix + "." + i));
    }
    this.norm = new LayerNorm(graph, parameters, "decode_norm" + kind.suffix, dim);
  }

  /** The size of a block: as many heads as the encoder, which need not divide {@code dim}. */
  static BlockConfig block(VitConfig vit, int dim) {
    int hidden = (int) Math.round(dim * vit.mlpRatio());
    return new BlockConfig(dim, vit.heads(), hidden, QkvBias.QUERY_AND_VALUE, 0);
  }

  /** Decodes. */
  Output decode(Input input) {
    int patches = vit.patches();
    SDVariable projected =
        down.apply(input.latent(), rows.column(input.latent()))
            .reshape(-1, 1 + input.visible(), dim);
    SDVariable masked = input.mask().reshape(-1, 1);
    SDVariable beforePosition =
        VisibleTokens.restore(input.selection(), ClassToken.drop(projected, input.visible(), dim))
            .add(Rows.outer(masked, maskToken).reshape(-1, patches, dim));
    SDVariable tokens = beforePosition.add(positionsOf(input.mask()));

    SDVariable x = graph.concat(1, ClassToken.of(projected, dim), tokens).reshape(-1, dim);
    Sequence sequence = rows.sequence(x, 1 + patches);
    Sequence keys = rows.sequence(input.injected(), 1 + input.visible());
    List<SDVariable> layers = new ArrayList<>();
    layers.add(tokens);
    for (CrossAttentionBlock block : blocks) {
      x = block.apply(x, sequence, input.injected(), keys);
      layers.add(patches(x));
    }
    SDVariable last = patches(norm.apply(x, sequence.ones())).reshape(-1, dim);
    return new Output(beforePosition, layers, last);
  }

  /** Positions of masked tokens, zero for visible ones, [B, N, E]. */
  private SDVariable positionsOf(SDVariable mask) {
    int patches = vit.patches();
    SDVariable all = rows.repeat(positions, mask, 1, patches, dim);
    return all.mul(mask.reshape(-1, 1).mmul(rows.ones(dim)).reshape(-1, patches, dim));
  }

  private SDVariable patches(SDVariable x) {
    return ClassToken.drop(x.reshape(-1, 1 + vit.patches(), dim), vit.patches(), dim);
  }
}
