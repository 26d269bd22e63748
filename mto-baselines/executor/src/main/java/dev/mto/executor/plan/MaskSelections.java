package dev.mto.executor.plan;

import dev.mto.executor.kernels.Selection;

/**
 * The masked and the visible tokens of a batch whose images have the same number of them.
 *
 * @param masked [B, M, N]
 * @param visible [B, V, N]
 */
record MaskSelections(Selection masked, Selection visible) {
  static MaskSelections of(int images, int masked, int tokens) {
    Selection ofMasked = new Selection(images, masked, tokens);
    Selection ofVisible = new Selection(images, tokens - masked, tokens);
    Selection.pair(ofMasked, ofVisible);
    return new MaskSelections(ofMasked, ofVisible);
  }

  /**
   * Takes the tokens from a mask [B, N], 1 = masked.
   *
   * @return whether each image has the expected number of masked tokens
   */
  boolean read(float[] mask) {
    return masked.readMask(mask, 1) && visible.readMask(mask, 0);
  }
}
