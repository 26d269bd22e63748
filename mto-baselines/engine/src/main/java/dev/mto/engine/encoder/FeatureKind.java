package dev.mto.engine.encoder;

/**
 * Which features of an encoder are meant.
 *
 * @param pooling how tokens become one vector
 * @param block output of this block, from 1, before any norm; 0 for the last block's after the
 *     final norm
 */
public record FeatureKind(Pooling pooling, int block) {
  /** The mean of the patch tokens after the final norm. */
  public static FeatureKind usual() {
    return new FeatureKind(Pooling.MEAN, 0);
  }

  /** For results, e.g. "mean of patch tokens, after the final norm". */
  public String describe() {
    return (pooling == Pooling.MEAN ? "mean of patch tokens" : "class token") + describe(block);
  }

  /** For results: which block, e.g. ", after the final norm". */
  public static String describe(int block) {
    return block == 0 ? ", after the final norm" : ", block " + block;
  }
}
