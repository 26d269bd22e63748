package dev.mto.models;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The Vision Transformer of SimMIM: class token, no absolute position, one relative position bias
 * shared by all blocks, layer scale, stochastic depth, final norm.
 *
 * <p>Parameter names, shapes and initial values are those of the official implementation (Xie et
 * al., SimMIM, CVPR 2022): weights and tokens from a normal of standard deviation 0.02 cut at one
 * deviation, the last weight of both branches of block i divided by √(2i), biases 0.
 */
public final class VisionTransformer {
  /** Weights and tokens at first: normal, deviation 0.02, cut at one deviation. */
  public static final Initializer WEIGHTS = Initializer.truncatedNormal(0.02, 0.02);

  private final SameDiff graph;
  private final VitConfig config;
  private final Rows rows;
  private final PatchEmbedding embedding;
  private final ClassToken classToken;
  private final RelativePositionBias positions;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;

  /**
   * Declares the encoder's parameters.
   *
   * @param graph receives the operations
   * @param prefix start of every parameter name, e.g. {@code "encoder."}
   */
  public VisionTransformer(SameDiff graph, VitConfig config, Parameters parameters, String prefix) {
    this.graph = graph;
    this.config = config;
    this.rows = new Rows(graph, parameters.type());
    this.classToken =
        new ClassToken(graph, parameters, prefix + "cls_token", WEIGHTS, config.dim());
    this.embedding =
        new PatchEmbedding(
            graph, config, parameters, prefix + "patch_embed", WEIGHTS, Initializer.zeros());
    this.positions = new RelativePositionBias(graph, config, parameters, prefix + "rel_pos_bias");
    for (int i = 0; i < config.depth(); i++) {
      blocks.add(
          new Block(
              graph,
              BlockConfig.of(config, QkvBias.QUERY_AND_VALUE),
              BlockWeights.rescaled(WEIGHTS, i),
              parameters,
              prefix + "blocks." + i));
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

  /** The shared relative position bias [heads, 1+N, 1+N], query by key, the class token first. */
  public SDVariable relativePositionBias() {
    return positions.bias();
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
    SDVariable bias = relativePositionBias();
    SDVariable[] keep = keep(dropPath);

    List<SDVariable> trace = new ArrayList<>();
    trace.add(patchTokens);
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).apply(x, sequence, bias, keep[2 * i], keep[2 * i + 1]);
      trace.add(withoutClassToken(x.reshape(-1, tokens, config.dim())));
    }
    SDVariable output = norm.apply(x, sequence.ones()).reshape(-1, tokens, config.dim());
    return new EncoderOutput(output, withoutClassToken(output), new Trace(trace));
  }

  /** For each branch its factors [R, 1], the same for all tokens of an image; null for 1. */
  private SDVariable[] keep(SDVariable dropPath) {
    int branches = 2 * config.depth();
    if (dropPath == null) {
      return new SDVariable[branches];
    }
    SDVariable factors =
        dropPath
            // (2*depth, B) -> (2*depth*B, T) -> (2*depth, R, 1)
            .reshape(-1, 1)
            .mmul(rows.ones(1 + config.patches()))
            .reshape(branches, -1, 1);
    return graph.unstack(factors, 0, branches);
  }

  private SDVariable withoutClassToken(SDVariable tokens) {
    return ClassToken.drop(tokens, config.patches(), config.dim());
  }
}
