package dev.mto.bootmae;

import dev.mto.engine.Encoder;
import dev.mto.models.Block;
import dev.mto.models.BlockConfig;
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

/** BootMAE's encoder: a ViT with fixed sine-cosine positions and no bias of keys. */
final class BootMaeEncoder {
  private final SameDiff graph;
  private final VitConfig vit;
  private final Rows rows;
  private final SDVariable positions;
  private final ClassToken classToken;
  private final PatchEmbedding embedding;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;

  BootMaeEncoder(SameDiff graph, VitConfig vit, Parameters parameters) {
    vit.requireNoInitStd("BootMAE");
    this.graph = graph;
    this.vit = vit;
    this.rows = new Rows(graph, parameters.type());
    this.positions =
        parameters.table(
            "pos_embed", SinCosPositions.rowFirst(vit.gridHeight(), vit.gridWidth(), vit.dim()));
    this.classToken =
        new ClassToken(graph, parameters, "cls_token", FirstValues.CLASS_TOKEN, vit.dim());
    this.embedding =
        new PatchEmbedding(
            graph, vit, parameters, "patch_embed", FirstValues.WEIGHTS, Initializer.zeros());
    BlockConfig block = BlockConfig.of(vit, QkvBias.QUERY_AND_VALUE);
    for (int i = 0; i < vit.depth(); i++) {
      blocks.add(new Block(graph, block, FirstValues.BLOCK, parameters, "blocks." + i));
    }
    this.norm = new LayerNorm(graph, parameters, "norm", vit.dim());
  }

  /** The fixed positions [1, 1+N, D]; the class token's row is zero. */
  SDVariable positions() {
    return positions;
  }

  /** Images [B, C, H, W] to patch tokens with their positions [B, N, D]. */
  SDVariable embed(SDVariable images) {
    SDVariable tokens = embedding.embed(embedding.patches(images));
    SDVariable ofPatches = ClassToken.drop(positions, vit.patches(), vit.dim());
    return tokens.add(rows.repeat(ofPatches, tokens, 1, vit.patches(), vit.dim()));
  }

  /**
   * Patch tokens [B, T, D] to the output of every block, each [B*(1+T), D], the class token first
   * in every image and before the final norm.
   *
   * @param count T
   */
  List<SDVariable> encode(SDVariable tokens, int count) {
    return encode(tokens, count, null);
  }

  private List<SDVariable> encode(SDVariable tokens, int count, SDVariable dropPath) {
    SDVariable x = classToken.prepend(tokens).reshape(-1, vit.dim());
    Sequence sequence = rows.sequence(x, 1 + count);
    StochasticDepth keep =
        StochasticDepth.of(graph, x.dataType(), dropPath, vit.depth(), 1 + count);
    List<SDVariable> outputs = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).apply(x, sequence, null, keep.attention(i), keep.mlp(i));
      outputs.add(x);
    }
    return outputs;
  }

  /**
   * Encodes images [B, C, H, W] of which every patch is visible.
   *
   * @param dropPath placeholder [2*depth, B], or null to drop nothing
   */
  Encoder encode(SDVariable images, SDVariable dropPath) {
    int count = 1 + vit.patches();
    List<SDVariable> outputs = encode(embed(images), vit.patches(), dropPath);
    SDVariable all = norm(outputs.get(outputs.size() - 1)).reshape(-1, count, vit.dim());
    return new Encoder(
        images,
        dropPath,
        outputs.stream().map(x -> x.reshape(-1, count, vit.dim())).toList(),
        all,
        ClassToken.drop(all, vit.patches(), vit.dim()));
  }

  /** The final norm of tokens [R, D]. */
  SDVariable norm(SDVariable x) {
    return norm.apply(x, rows.column(x));
  }
}
