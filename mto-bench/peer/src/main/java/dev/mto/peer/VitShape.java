package dev.mto.peer;

/**
 * Sizes of a Vision Transformer on square images.
 *
 * @param image side of the image in pixels (S)
 * @param patch side of a patch in pixels (P)
 * @param dim width of a token (D)
 * @param depth number of transformer blocks
 * @param heads attention heads (H)
 */
record VitShape(int image, int patch, int dim, int depth, int heads) {

  static final int CHANNELS = 3;
  private static final int MLP_RATIO = 4;

  VitShape {
    if (patch < 1 || image < patch || image % patch != 0) {
      throw new IllegalArgumentException(
          "image "
              + image
              + " with patch "
              + patch
              + ": the image must be a positive multiple of the patch; change --image or --patch");
    }
    if (heads < 1 || dim < heads || dim % heads != 0) {
      throw new IllegalArgumentException(
          "dim "
              + dim
              + " with "
              + heads
              + " heads: the width must be a positive multiple of the heads; change --dim or --heads");
    }
    if (depth < 1) {
      throw new IllegalArgumentException("depth " + depth + ": at least 1 is needed; set --depth");
    }
  }

  /** Patches along one side. */
  int window() {
    return image / patch;
  }

  /** Patch tokens of an image (N). */
  int tokens() {
    return window() * window();
  }

  /** Values of one patch, all channels. */
  int patchValues() {
    return CHANNELS * patch * patch;
  }

  int headDim() {
    return dim / heads;
  }

  int hidden() {
    return MLP_RATIO * dim;
  }
}
