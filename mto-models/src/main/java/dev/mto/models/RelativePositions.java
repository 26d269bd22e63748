package dev.mto.models;

/** Which blocks share a table of relative positions. */
public enum RelativePositions {
  /** All blocks share {@code rel_pos_bias}, as in pre-training. */
  SHARED,
  /** Each block has its own, {@code blocks.i.attn}, as in fine-tuning. */
  EACH_BLOCK
}
