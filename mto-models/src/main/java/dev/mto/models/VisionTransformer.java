package dev.mto.models;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A Vision Transformer (Dosovitskiy et al., ICLR 2021): patch embedding, class token, blocks, final
 * norm. Shapes: B images, N patches, T of them seen, D width.
 *
 * <p>Parameters have the names and shapes of the official implementations of the methods that use
 * it.
 */
public final class VisionTransformer {
  /**
   * In what the encoders of the methods differ.
   *
   * @param positions how tokens know their places
   * @param keyBias see {@link Block.Config}
   * @param classToken first value of the class token
   * @param patchWeight first value of the patch embedding's weight
   * @param patchBias first value of its bias
   * @param blocks first values of the weights of block i, from 0
   */
  public record Options(
      Positions positions,
      boolean keyBias,
      Initializer classToken,
      Initializer patchWeight,
      Initializer patchBias,
      IntFunction<Block.Weights> blocks) {
    /** BEiT's, as SimMIM and ConMIM have it: relative positions, weights cut at one deviation. */
    public static Options beit(VitConfig vit, boolean fineTuned) {
      Initializer weights = vit.firstWeights();
      return new Options(
          fineTuned ? Positions.RELATIVE_OF_EACH_BLOCK : Positions.RELATIVE,
          false,
          weights,
          weights,
          Initializer.zeros(),
          block -> Block.Weights.rescaled(weights, block));
    }
  }

  private final VitConfig vit;
  private final SDVariable classToken;
  private final Linear patchEmbedding;
  private final SDVariable table;
  private final List<RelativePositionBias> biases = new ArrayList<>();
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;

  /**
   * Declares the encoder's parameters.
   *
   * @param prefix start of every parameter name, e.g. {@code "encoder."}
   */
  public VisionTransformer(VitConfig vit, Options options, Parameters parameters, String prefix) {
    this.vit = vit;
    int dim = vit.dim();
    this.classToken = parameters.declare(prefix + "cls_token", options.classToken(), 1, 1, dim);
    this.table = options.positions().table(parameters, prefix + "pos_embed");
    this.patchEmbedding =
        new Linear(
            parameters
                .declare(
                    prefix + "patch_embed.proj.weight",
                    options.patchWeight(),
                    dim,
                    vit.channels(),
                    vit.patch(),
                    vit.patch())
                .reshape(dim, vit.patchValues()),
            parameters.declare(prefix + "patch_embed.proj.bias", options.patchBias(), dim));
    if (options.positions().equals(Positions.RELATIVE)) {
      biases.add(new RelativePositionBias(vit, parameters, prefix + "rel_pos_bias"));
    }
    for (int i = 0; i < vit.depth(); i++) {
      String name = prefix + "blocks." + i;
      blocks.add(
          new Block(parameters, name, vit.block(options.keyBias(), options.blocks().apply(i))));
      if (options.positions().equals(Positions.RELATIVE_OF_EACH_BLOCK)) {
        biases.add(new RelativePositionBias(vit, parameters, name + ".attn"));
      }
    }
    this.norm = new LayerNorm(parameters, prefix + "norm", dim);
  }

  /** The table of absolute positions [1, 1+N, D], the class token's first; null for relative. */
  public SDVariable positions() {
    return table;
  }

  /** The relative position bias of the first block [heads, 1+N, 1+N], query by key. */
  public SDVariable relativePositionBias() {
    return biases.get(0).bias();
  }

  /**
   * The patch embedding with absolute positions, where there are any.
   *
   * @param patches pixels [B*N, C*P*P], see {@link Patches#split}
   * @return tokens [B, N, D]
   */
  public SDVariable embed(SDVariable patches) {
    SDVariable tokens = patchEmbedding.rows(patches).reshape(-1, vit.patches(), vit.dim());
    return table == null ? tokens : tokens.add(Tokens.patches(table));
  }

  /** Encodes images [B, C, H, W] of which every patch is seen, see {@link #encode}. */
  public EncoderOutput encodeImages(SDVariable images, SDVariable dropPath) {
    return encode(embed(new Patches(vit).split(images)), dropPath);
  }

  /** Puts the class token before patch tokens [B, T, D] and sends all through the blocks. */
  public EncoderOutput encode(SDVariable patchTokens) {
    return encode(patchTokens, null);
  }

  /**
   * As {@link #encode(SDVariable)}, with stochastic depth.
   *
   * @param dropPath factors [2*depth, B], see {@link DropPath}, or null to drop nothing
   */
  public EncoderOutput encode(SDVariable patchTokens, SDVariable dropPath) {
    SDVariable first = table == null ? classToken : classToken.add(Tokens.classToken(table));
    SDVariable x = Tokens.prepend(first, patchTokens);
    SDVariable[] keep = DropPath.branches(dropPath, blocks.size());
    List<SDVariable> bias = biases.stream().map(RelativePositionBias::bias).toList();
    List<SDVariable> outputs = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      SDVariable positions = bias.isEmpty() ? null : bias.get(Math.min(i, bias.size() - 1));
      x = blocks.get(i).apply(x, positions, keep[2 * i], keep[2 * i + 1]);
      outputs.add(x);
    }
    SDVariable tokens = norm.apply(x);
    return new EncoderOutput(patchTokens, outputs, tokens, Tokens.patches(tokens));
  }

  /**
   * How tokens know their places.
   *
   * @param absolute table added to the embedding [1, 1+N, D], the class token's row first; null for
   *     relative positions
   * @param learned whether the table is trained on, or each block has relative positions of its own
   */
  public record Positions(INDArray absolute, boolean learned) {
    /** One table of relative positions for all blocks, as in pre-training. */
    public static final Positions RELATIVE = new Positions(null, false);

    /** A table of relative positions in each block, as in fine-tuning. */
    public static final Positions RELATIVE_OF_EACH_BLOCK = new Positions(null, true);

    private SDVariable table(Parameters parameters, String name) {
      if (absolute == null) {
        return null;
      }
      return learned
          ? parameters.declare(name, Initializer.copyOf(absolute), absolute.shape())
          : parameters.table(name, absolute);
    }
  }
}
