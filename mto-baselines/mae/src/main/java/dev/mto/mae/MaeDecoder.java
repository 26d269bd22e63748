package dev.mto.mae;

import dev.mto.models.Block;
import dev.mto.models.BlockConfig;
import dev.mto.models.BlockWeights;
import dev.mto.models.ClassToken;
import dev.mto.models.LayerNorm;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import dev.mto.models.Rows;
import dev.mto.models.Sequence;
import dev.mto.models.SinCosPositions;
import dev.mto.models.VisibleTokens;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** MAE's decoder: mask tokens join the encoded ones, and all predict the pixels of their patch. */
final class MaeDecoder {
  /**
   * What the decoder computed.
   *
   * @param beforePosition tokens [B, N, D] before positions are added
   * @param layers input of block 0 and output of every block, each [B, N, D]
   * @param pixels predicted patches [B*N, P*P*C], channel last
   */
  record Output(SDVariable beforePosition, List<SDVariable> layers, SDVariable pixels) {}

  private final SameDiff graph;
  private final VitConfig vit;
  private final int dim;
  private final Rows rows;
  private final SDVariable maskToken;
  private final SDVariable positions;
  private final Linear embedding;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final Linear head;

  MaeDecoder(SameDiff graph, VitConfig vit, MaeOptions options, Parameters parameters) {
    this.graph = graph;
    this.vit = vit;
    this.dim = options.decoderDim();
    this.rows = new Rows(graph, parameters.type());
    this.maskToken = parameters.declare("mask_token", MaeEncoder.TOKENS, 1, 1, dim);
    this.positions =
        parameters.table(
            "decoder_pos_embed",
            SinCosPositions.columnFirst(vit.gridHeight(), vit.gridWidth(), dim));
    this.embedding =
        Linear.declare(parameters, "decoder_embed", MaeEncoder.WEIGHTS, dim, vit.dim());
    BlockConfig block = options.block(vit.mlpRatio());
    for (int i = 0; i < options.decoderDepth(); i++) {
      blocks.add(
          new Block(
              graph,
              block,
              BlockWeights.all(MaeEncoder.WEIGHTS),
              parameters,
              "decoder_blocks." + i));
    }
    this.norm = new LayerNorm(graph, parameters, "decoder_norm", dim);
    this.head =
        Linear.declare(parameters, "decoder_pred", MaeEncoder.WEIGHTS, vit.patchValues(), dim);
  }

  /**
   * Decodes.
   *
   * @param latent encoded tokens [B, 1+V, D], the class token first
   * @param selection one-hot rows of the visible tokens [B, V, N], in the order of {@code latent}
   * @param visible V
   * @param mask [B, N], 1 = masked
   */
  Output decode(SDVariable latent, SDVariable selection, int visible, SDVariable mask) {
    SDVariable flat = latent.reshape(-1, vit.dim());
    SDVariable embedded = embedding.apply(flat, rows.column(flat)).reshape(-1, 1 + visible, dim);
    SDVariable masked = Rows.outer(mask.reshape(-1, 1), maskToken);
    SDVariable tokens =
        VisibleTokens.restore(selection, ClassToken.drop(embedded, visible, dim))
            .add(masked.reshape(-1, vit.patches(), dim));
    SDVariable withClass = graph.concat(1, ClassToken.of(embedded, dim), tokens);
    int all = 1 + vit.patches();
    SDVariable x = withClass.add(rows.repeat(positions, withClass, 1, all, dim)).reshape(-1, dim);
    Sequence sequence = rows.sequence(x, all);
    List<SDVariable> layers = new ArrayList<>();
    layers.add(patches(x));
    for (Block block : blocks) {
      x = block.apply(x, sequence);
      layers.add(patches(x));
    }
    SDVariable last = patches(norm.apply(x, sequence.ones())).reshape(-1, dim);
    return new Output(tokens, layers, head.apply(last, rows.column(last)));
  }

  private SDVariable patches(SDVariable x) {
    return ClassToken.drop(x.reshape(-1, 1 + vit.patches(), dim), vit.patches(), dim);
  }
}
