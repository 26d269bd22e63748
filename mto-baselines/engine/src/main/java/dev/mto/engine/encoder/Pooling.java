package dev.mto.engine.encoder;

/** How the tokens of an image become one feature vector. */
public enum Pooling {
  /** The mean of the patch tokens, the class token left out. */
  MEAN,
  /** The class token. */
  CLASS
}
