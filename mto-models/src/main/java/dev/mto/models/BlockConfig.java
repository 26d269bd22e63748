package dev.mto.models;

/**
 * The size of a pre-norm Transformer block.
 *
 * @param dim width D of a token
 * @param heads attention heads; a head is {@code dim / heads} wide, rounded down
 * @param hidden hidden width of the MLP
 * @param qkvBias which projections of the attention have a bias
 * @param layerScale initial value of the two per-channel layer scales, or 0 for a block without
 */
public record BlockConfig(int dim, int heads, int hidden, QkvBias qkvBias, double layerScale) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException when there are no heads, or more of them than channels
   */
  public BlockConfig {
    if (heads < 1 || dim < heads || hidden < 1) {
      throw new IllegalArgumentException(
          "a block of dim %d with %d heads and %d hidden units is not possible; dim must be at least"
                  .formatted(dim, heads, hidden)
              + " heads, and all at least 1");
    }
  }

  /** The blocks of an encoder. */
  public static BlockConfig of(VitConfig vit, QkvBias qkvBias) {
    return new BlockConfig(vit.dim(), vit.heads(), vit.hidden(), qkvBias, vit.layerScale());
  }

  /** Width of a head. */
  public int headDim() {
    return dim / heads;
  }

  /** Width of all heads together: {@code dim}, unless {@code heads} does not divide it. */
  public int inner() {
    return heads * headDim();
  }

  /**
   * Floating-point operations of the matrix products of one block for one image: two for each
   * multiply-add.
   *
   * @param tokens tokens of the sequence
   */
  public double forwardFlops(int tokens) {
    double linear = 4.0 * dim * inner() + 2.0 * dim * hidden;
    double attention = 2.0 * tokens * inner();
    return 2.0 * tokens * (linear + attention);
  }

  boolean scaled() {
    return layerScale > 0;
  }
}
