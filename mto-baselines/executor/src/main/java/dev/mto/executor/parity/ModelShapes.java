package dev.mto.executor.parity;

/**
 * Extents of what a Vision Transformer works on.
 *
 * @param images B, of a batch; at least 2
 * @param tokens N, of an image, class token included; at least 4
 * @param width D
 * @param heads H, which divide the width
 * @param hidden width of the MLP
 */
public record ModelShapes(int images, int tokens, int width, int heads, int hidden) {
  /** ViT-B with patches of 16 px at 224 px, and few images, since the host computes it all too. */
  public static final ModelShapes VIT_BASE = new ModelShapes(2, 197, 768, 12, 3072);

  /** What an emulated GPU does in seconds; odd, so that no extent is a multiple of a warp. */
  public static final ModelShapes TINY = new ModelShapes(2, 9, 36, 3, 52);

  /** Rows of the batch's tokens. */
  int rows() {
    return images * tokens;
  }

  /** Width of a head. */
  int headWidth() {
    return width / heads;
  }

  /** Rows of the scores of attention. */
  int scoreRows() {
    return images * heads * tokens;
  }
}
