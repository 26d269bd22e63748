package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A pre-norm Transformer block. Its two branches may be scaled per channel (CaiT's layer scale) and
 * dropped per image (stochastic depth).
 */
public final class Block {
  /**
   * The size of a block and its first values.
   *
   * @param dim width D of a token
   * @param heads attention heads; a head is {@code dim / heads} wide, rounded down
   * @param hidden hidden width of the MLP
   * @param keyBias whether keys have a bias, in one {@code qkv.bias} with queries and values (MAE),
   *     or queries and values alone have one (BEiT and what follows it)
   * @param layerScale initial value of the two per-channel layer scales, or 0 for none
   */
  public record Config(
      int dim, int heads, int hidden, boolean keyBias, double layerScale, Weights weights) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException when there are no heads, or more of them than channels
     */
    public Config {
      if (heads < 1 || dim < heads || hidden < 1) {
        throw new IllegalArgumentException(
            "a block of dim %d with %d heads and %d hidden units is not possible; dim must be at least"
                    .formatted(dim, heads, hidden)
                + " heads, and all at least 1");
      }
    }

    /** Width of a head. */
    public int headDim() {
      return dim / heads;
    }

    /** Width of all heads together: {@code dim}, unless {@code heads} does not divide it. */
    public int inner() {
      return heads * headDim();
    }
  }

  /**
   * First values of a block's four weights.
   *
   * @param qkv of [3*inner, D], queries above keys above values
   * @param projection of the attention's output [D, inner]
   * @param fc1 of the MLP's first layer [hidden, D]
   * @param fc2 of the MLP's second layer [D, hidden]
   */
  public record Weights(Initializer qkv, Initializer projection, Initializer fc1, Initializer fc2) {
    /** The same for all four. */
    public static Weights all(Initializer weight) {
      return new Weights(weight, weight, weight, weight);
    }

    /** BEiT's: the last weight of both branches of block i (from 0) divided by √(2·(i + 1)). */
    public static Weights rescaled(Initializer weight, int index) {
      Initializer last = weight.dividedBy(Math.sqrt(2.0 * (index + 1)));
      return new Weights(weight, last, weight, last);
    }
  }

  private final Parameters parameters;
  private final String name;
  private final SDVariable attentionScale;
  private final SDVariable mlpScale;
  private final LayerNorm attentionNorm;
  private final Attention attention;
  private final LayerNorm mlpNorm;
  private final Linear fc1;
  private final Linear fc2;

  /**
   * Declares the block's parameters.
   *
   * @param name start of their names, e.g. {@code blocks.0}
   */
  public Block(Parameters parameters, String name, Config config) {
    this.parameters = parameters;
    this.name = name;
    int dim = config.dim();
    Initializer scale = Initializer.constant(config.layerScale());
    boolean scaled = config.layerScale() > 0;
    this.attentionScale = scaled ? parameters.declare(name + ".gamma_1", scale, dim) : null;
    this.mlpScale = scaled ? parameters.declare(name + ".gamma_2", scale, dim) : null;
    this.attentionNorm = new LayerNorm(parameters, name + ".norm1", dim);
    this.attention = new Attention(parameters, name + ".attn", config);
    this.mlpNorm = new LayerNorm(parameters, name + ".norm2", dim);
    Weights weights = config.weights();
    this.fc1 = Linear.declare(parameters, name + ".mlp.fc1", weights.fc1(), config.hidden(), dim);
    this.fc2 = Linear.declare(parameters, name + ".mlp.fc2", weights.fc2(), dim, config.hidden());
  }

  /** Tokens [B, T, D] to tokens [B, T, D], without position bias, nothing dropped. */
  public SDVariable apply(SDVariable x) {
    return mlp(attention(x));
  }

  /**
   * Tokens [B, T, D] to tokens [B, T, D].
   *
   * @param positions bias of the scores [heads, T, T], the same for every image, or null
   * @param keepAttention factor of the attention branch for each image [B, 1, 1], or null for 1
   * @param keepMlp factor of the MLP branch for each image [B, 1, 1], or null for 1
   */
  SDVariable apply(
      SDVariable x, SDVariable positions, SDVariable keepAttention, SDVariable keepMlp) {
    SDVariable attended = attention.apply(attentionNorm.apply(x), positions);
    return mlp(x.add(branch(attended, attentionScale, keepAttention)), keepMlp);
  }

  /** The first half: tokens [B, T, D] with what attention adds to them. */
  public SDVariable attention(SDVariable x) {
    return x.add(branch(attention.apply(attentionNorm.apply(x), null), attentionScale, null));
  }

  /** The second half: tokens [B, T, D] with what the MLP adds to them. */
  public SDVariable mlp(SDVariable x) {
    return mlp(x, null);
  }

  private SDVariable mlp(SDVariable x, SDVariable keep) {
    return x.add(
        branch(
            fc2.apply(gelu(parameters, name + ".mlp", fc1.apply(mlpNorm.apply(x)))),
            mlpScale,
            keep));
  }

  /** The exact GELU, x/2·(1 + erf(x/√2)); ND4J's own is an approximation. */
  static SDVariable gelu(Parameters parameters, String name, SDVariable x) {
    return parameters.named(
        name + ".gelu",
        () -> x.mul(0.5).mul(x.getSameDiff().math().erf(x.mul(Math.sqrt(0.5))).add(1)));
  }

  private static SDVariable branch(SDVariable values, SDVariable scale, SDVariable keep) {
    if (scale == null) {
      return keep == null ? values : values.mul(keep);
    }
    return values.mul(keep == null ? scale : scale.mul(keep));
  }
}
