package dev.mto.mae;

import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.models.Block;
import dev.mto.models.BlockConfig;
import dev.mto.models.BlockWeights;
import dev.mto.models.ClassToken;
import dev.mto.models.Initializer;
import dev.mto.models.LayerNorm;
import dev.mto.models.Parameters;
import dev.mto.models.PatchEmbedding;
import dev.mto.models.QkvBias;
import dev.mto.models.Rows;
import dev.mto.models.Sequence;
import dev.mto.models.SinCosPositions;
import dev.mto.models.StochasticDepth;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** MAE's encoder: a plain ViT with sine-cosine positions, fixed until it is fine-tuned. */
final class MaeEncoder {
  static final Initializer WEIGHTS = Initializer.xavierUniform();
  static final Initializer TOKENS = Initializer.normal(0.02);

  private final SameDiff graph;
  private final VitConfig vit;
  private final Rows rows;
  private final ClassToken classToken;
  private final SDVariable positions; // [1, 1+N, D], the class token's first
  private final PatchEmbedding embedding;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;

  MaeEncoder(SameDiff graph, VitConfig vit, Parameters parameters, EncoderUse use) {
    vit.requireNoInitStd("MAE");
    this.graph = graph;
    this.vit = vit;
    this.rows = new Rows(graph, parameters.type());
    this.classToken = new ClassToken(graph, parameters, "cls_token", TOKENS, vit.dim());
    INDArray table = SinCosPositions.columnFirst(vit.gridHeight(), vit.gridWidth(), vit.dim());
    this.positions =
        use.fineTuned()
            ? parameters.declare("pos_embed", Initializer.copyOf(table), table.shape())
            : parameters.table("pos_embed", table);
    this.embedding =
        new PatchEmbedding(
            graph,
            vit,
            parameters,
            "patch_embed",
            WEIGHTS,
            Initializer.uniform(1 / Math.sqrt(vit.patchValues())));
    for (int i = 0; i < vit.depth(); i++) {
      blocks.add(
          new Block(
              graph,
              BlockConfig.of(vit, QkvBias.ALL),
              BlockWeights.all(WEIGHTS),
              parameters,
              "blocks." + i));
    }
    this.norm = new LayerNorm(graph, parameters, "norm", vit.dim());
  }

  /** Images [B, C, H, W] to patch tokens with their positions [B, N, D]. */
  SDVariable embed(SDVariable images) {
    SDVariable tokens = embedding.embed(embedding.patches(images));
    SDVariable ofPatches = ClassToken.drop(positions, vit.patches(), vit.dim());
    return tokens.add(rows.repeat(ofPatches, tokens, 1, vit.patches(), vit.dim()));
  }

  /**
   * Patch tokens [B, T, D] to all tokens [B, 1+T, D] after the final norm, the class token first.
   *
   * @param count T
   */
  SDVariable encode(SDVariable tokens, int count) {
    SDVariable x = classToken.prepend(tokens).reshape(-1, vit.dim());
    Sequence sequence = rows.sequence(x, 1 + count);
    for (Block block : blocks) {
      x = block.apply(x, sequence);
    }
    return norm.apply(x, sequence.ones()).reshape(-1, 1 + count, vit.dim());
  }

  /**
   * Encodes images [B, C, H, W] of which every patch is visible.
   *
   * @param dropPath placeholder [2*depth, B], or null to drop nothing
   */
  Encoder encode(SDVariable images, SDVariable dropPath) {
    int count = 1 + vit.patches();
    SDVariable tokens = classToken.prepend(embedding.embed(embedding.patches(images)));
    SDVariable x =
        tokens.add(rows.repeat(positions, tokens, 1, count, vit.dim())).reshape(-1, vit.dim());
    Sequence sequence = rows.sequence(x, count);
    StochasticDepth keep = StochasticDepth.of(graph, x.dataType(), dropPath, vit.depth(), count);
    List<SDVariable> outputs = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).apply(x, sequence, null, keep.attention(i), keep.mlp(i));
      outputs.add(x.reshape(-1, count, vit.dim()));
    }
    SDVariable all = norm.apply(x, sequence.ones()).reshape(-1, count, vit.dim());
    return new Encoder(
        images, dropPath, outputs, all, ClassToken.drop(all, vit.patches(), vit.dim()));
  }
}
