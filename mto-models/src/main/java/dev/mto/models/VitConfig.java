package dev.mto.models;

/**
 * The size of a Vision Transformer.
 *
 * @param channels channels of an image
 * @param imageHeight height of an image in pixels, a multiple of {@code patch}
 * @param imageWidth width of an image in pixels, a multiple of {@code patch}
 * @param patch side of a square patch in pixels
 * @param dim width D of a token, a multiple of {@code heads}
 * @param depth number of blocks L
 * @param heads attention heads in each block
 * @param mlpRatio hidden width of the MLP over {@code dim}
 * @param layerScale initial value of the two per-channel layer scales of a block, or 0 for blocks
 *     without
 * @param dropPath drop path rate of the last block, rising linearly from 0 in the first
 * @param initStd deviation of SimMIM's and ConMIM's first weights and tokens, which are normal, cut
 *     at one deviation; {@link #OFFICIAL_INIT_STD} in theirs, which is meant for a width of 768 and
 *     more
 */
public record VitConfig(
    int channels,
    int imageHeight,
    int imageWidth,
    int patch,
    int dim,
    int depth,
    int heads,
    double mlpRatio,
    double layerScale,
    double dropPath,
    double initStd) {
  /** Of the official SimMIM and ConMIM. */
  public static final double OFFICIAL_INIT_STD = 0.02;

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException when one is out of range or does not divide another
   */
  public VitConfig {
    positive("channels", channels);
    positive("patch", patch);
    positive("dim", dim);
    positive("depth", depth);
    positive("heads", heads);
    divisible("image height", imageHeight, "the patch", patch);
    divisible("image width", imageWidth, "the patch", patch);
    divisible("dim", dim, "the number of heads", heads);
    if (!(mlpRatio > 0 && mlpRatio <= 64 && Math.round(dim * mlpRatio) > 0)) {
      throw new IllegalArgumentException(
          "mlp_ratio is " + mlpRatio + " but must be above 0 and at most 64; the usual is 4");
    }
    if (!(layerScale >= 0 && layerScale <= 1)) {
      throw new IllegalArgumentException(
          "layer_scale is "
              + layerScale
              + " but must be between 0 and 1; the usual is 0.1, and 0 leaves it out");
    }
    if (!(dropPath >= 0 && dropPath < 1)) {
      throw new IllegalArgumentException(
          "drop_path is " + dropPath + " but must be at least 0 and below 1; 0 turns it off");
    }
    if (!(initStd > 0 && initStd <= 1)) {
      throw new IllegalArgumentException(
          "init_std is " + initStd + " but must be above 0 and at most 1; the usual is 0.02");
    }
  }

  /**
   * For MAE and BootMAE: no layer scale, no drop path, sine-cosine positions, Xavier's first
   * weights.
   *
   * @throws IllegalArgumentException with the key of a configuration that asks for another encoder
   */
  public VitConfig requirePlain(String method) {
    requireZero("model.layer_scale", layerScale, method);
    requireZero("model.drop_path", dropPath, method);
    if (dim % 4 != 0) {
      throw new IllegalArgumentException(
          "model.dim: " + dim + " must be a multiple of 4 for sine-cosine positions");
    }
    if (initStd != OFFICIAL_INIT_STD) {
      throw new IllegalArgumentException(
          "model.init_std is "
              + initStd
              + " but the first weights of "
              + method
              + " are Xavier's and have no deviation to choose; leave it out");
    }
    return this;
  }

  private static void requireZero(String key, double value, String method) {
    if (value != 0) {
      throw new IllegalArgumentException(
          key + ": " + value + " must be 0; " + method + " has none of it in pre-training");
    }
  }

  /** First weights and tokens of SimMIM and ConMIM. */
  public Initializer firstWeights() {
    return Initializer.truncatedNormal(initStd, initStd);
  }

  /** Rows of patches, h. */
  public int gridHeight() {
    return imageHeight / patch;
  }

  /** Columns of patches, w. */
  public int gridWidth() {
    return imageWidth / patch;
  }

  /** Number of patches, N = h*w. */
  public int patches() {
    return gridHeight() * gridWidth();
  }

  /** Shape of a batch of images [B, C, H, W], B left open. */
  public long[] imageShape() {
    return new long[] {-1, channels, imageHeight, imageWidth};
  }

  /** Hidden width of the MLP. */
  public int hidden() {
    return (int) Math.round(dim * mlpRatio);
  }

  /** Values in one patch, C*P*P. */
  public int patchValues() {
    return channels * patch * patch;
  }

  /**
   * Rows of the relative position table: (2h-1)*(2w-1) between patches and 3 for the class token.
   */
  public int distances() {
    return (2 * gridHeight() - 1) * (2 * gridWidth() - 1) + 3;
  }

  /** The size of its blocks. */
  Block.Config block(boolean keyBias, Block.Weights weights) {
    return new Block.Config(dim, heads, hidden(), keyBias, layerScale, weights);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + " but must be at least 1");
    }
  }

  private static void divisible(String name, int value, String divisorName, int divisor) {
    if (value < divisor || value % divisor != 0) {
      throw new IllegalArgumentException(
          "%s is %d but must be a multiple of %s, %d; choose %d"
              .formatted(
                  name, value, divisorName, divisor, Math.max(1, value / divisor) * divisor));
    }
  }
}
