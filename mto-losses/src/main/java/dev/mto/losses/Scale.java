package dev.mto.losses;

/** What the dot products of two tokens are multiplied by before the row softmax. */
public enum Scale {
  /** Raw dot products, as printed in the paper. */
  NONE,
  /** One over the square root of the token width, as in attention. */
  SQRT_DIM
}
