package dev.mto.models;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The Vision Transformer of SimMIM: class token, no absolute position, a relative position bias
 * shared by all blocks or one for each, layer scale, stochastic depth, final norm.
 *
 * <p>Parameter names, shapes and initial values are those of the official implementation (Xie et
 * al., SimMIM, CVPR 2022): weights and tokens from a normal of standard deviation 0.02 (or the
 * configured one) cut at one deviation, the last weight of both branches of block i divided by
 * √(2i), biases 0.
 */
public final class VisionTransformer {
  private final SameDiff graph;
  private final VitConfig config;
  private final Rows rows;
  private final PatchEmbedding embedding;
  private final ClassToken classToken;
  private final List<RelativePositionBias> positions = new ArrayList<>();
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;

  /** Declares the parameters of an encoder as it is pre-trained: one table of positions. */
  public VisionTransformer(SameDiff graph, VitConfig config, Parameters parameters, String prefix) {
    this(graph, config, parameters, prefix, RelativePositions.SHARED);
  }

  /**
   * Declares the encoder's parameters.
   *
   * @param graph receives the operations
   * @param prefix start of every parameter name, e.g. {@code "encoder."}
   */
  public VisionTransformer(
      SameDiff graph,
      VitConfig config,
      Parameters parameters,
      String prefix,
      RelativePositions sharing) {
    this.graph = graph;
    this.config = config;
    this.rows = new Rows(graph, parameters.type());
    this.classToken =
        new ClassToken(
            graph, parameters, prefix + "cls_token", config.firstWeights(), config.dim());
    this.embedding =
        new PatchEmbedding(
            graph,
            config,
            parameters,
            prefix + "patch_embed",
            config.firstWeights(),
            Initializer.zeros());
    if (sharing == RelativePositions.SHARED) {
      positions.add(new RelativePositionBias(graph, config, parameters, prefix + "rel_pos_bias"));
    }
    for (int i = 0; i < config.depth(); i++) {
      blocks.add(
          new Block(
              graph,
              BlockConfig.of(config, QkvBias.QUERY_AND_VALUE),
              BlockWeights.rescaled(config.firstWeights(), i),
              parameters,
              prefix + "blocks." + i));
      if (sharing == RelativePositions.EACH_BLOCK) {
        positions.add(
            new RelativePositionBias(graph, config, parameters, prefix + "blocks." + i + ".attn"));
      }
    }
    this.norm = new LayerNorm(graph, parameters, prefix + "norm", config.dim());
  }

  /** Images [B, C, H, W] to the pixels of their patches [B*N, C*P*P], channel by channel. */
  public SDVariable patches(SDVariable images) {
    return embedding.patches(images);
  }

  /** Images [B, C, H, W] to one token for each patch, row by row: [B, N, D]. */
  public SDVariable patchEmbedding(SDVariable images) {
    return embedPatches(patches(images));
  }

  /** Patches [B*N, C*P*P], as {@link #patches} gives them, to tokens [B, N, D]. */
  public SDVariable embedPatches(SDVariable patches) {
    return embedding.embed(patches);
  }

  /**
   * The relative position bias of the first block, shared or its own, [heads, 1+N, 1+N], query by
   * key, the class token first.
   */
  public SDVariable relativePositionBias() {
    return positions.get(0).bias();
  }

  /**
   * Puts the class token before the patch tokens and sends all through the blocks.
   *
   * @param patchTokens [B, N, D]
   * @param dropPath factors [2*depth, B], see {@link DropPath}, or null to drop nothing
   */
  public EncoderOutput encode(SDVariable patchTokens, SDVariable dropPath) {
    int tokens = 1 + config.patches();
    SDVariable x = classToken.prepend(patchTokens).reshape(-1, config.dim());
    Sequence sequence = rows.sequence(x, tokens);
    List<SDVariable> biases = positions.stream().map(RelativePositionBias::bias).toList();
    StochasticDepth keep = StochasticDepth.of(graph, rows.type(), dropPath, config.depth(), tokens);

    List<SDVariable> outputs = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      SDVariable bias = biases.get(biases.size() == 1 ? 0 : i);
      x = blocks.get(i).apply(x, sequence, bias, keep.attention(i), keep.mlp(i));
      outputs.add(x.reshape(-1, tokens, config.dim()));
    }
    SDVariable output = norm.apply(x, sequence.ones()).reshape(-1, tokens, config.dim());
    List<SDVariable> trace = new ArrayList<>();
    trace.add(patchTokens);
    outputs.forEach(tokensOfBlock -> trace.add(withoutClassToken(tokensOfBlock)));
    return new EncoderOutput(outputs, output, withoutClassToken(output), new Trace(trace));
  }

  private SDVariable withoutClassToken(SDVariable tokens) {
    return ClassToken.drop(tokens, config.patches(), config.dim());
  }
}
