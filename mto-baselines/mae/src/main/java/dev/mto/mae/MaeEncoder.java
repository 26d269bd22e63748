package dev.mto.mae;

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
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** MAE's encoder: a plain ViT with fixed sine-cosine positions. */
final class MaeEncoder {
  static final Initializer WEIGHTS = Initializer.xavierUniform();
  static final Initializer TOKENS = Initializer.normal(0.02);

  private final VitConfig vit;
  private final Rows rows;
  private final ClassToken classToken;
  private final SDVariable positions;
  private final PatchEmbedding embedding;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;

  MaeEncoder(SameDiff graph, VitConfig vit, Parameters parameters) {
    this.vit = vit;
    this.rows = new Rows(graph, parameters.type());
    this.classToken = new ClassToken(graph, parameters, "cls_token", TOKENS, vit.dim());
    this.positions =
        ClassToken.drop(
            parameters.table(
                "pos_embed",
                SinCosPositions.columnFirst(vit.gridHeight(), vit.gridWidth(), vit.dim())),
            vit.patches(),
            vit.dim());
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
    return tokens.add(rows.repeat(positions, tokens, 1, vit.patches(), vit.dim()));
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
}
