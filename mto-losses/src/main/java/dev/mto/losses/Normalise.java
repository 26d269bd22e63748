package dev.mto.losses;

/** Whether tokens are normalised before their dot products are taken. */
public enum Normalise {
  /** Tokens as they are, as printed in the paper. */
  NONE,
  /**
   * Each token x becomes {@code x / sqrt(|x|² + 1e-12)}: cosine similarity, where a zero token
   * stays zero and its gradient stays finite.
   */
  L2
}
