package dev.mto.conmim;

import dev.mto.data.image.Photometric;

/**
 * What only ConMIM has, under {@code options} of a configuration.
 *
 * @param projectorHidden width of the projector's two hidden layers
 * @param projectorDim F, width of the features that are compared
 * @param lmHead rows of BEiT's head, which the official model saves and never uses, or 0 to leave
 *     it out
 * @param temperature by which cosines are divided
 * @param teacherMomentum momentum of the teacher at the first step; it rises to 1 as half a cosine
 * @param mask how patches are masked
 * @param blockPatches of block masks: masked patches wanted
 * @param blockSmallest of block masks: smallest area of a block in patches
 * @param blockAttempts of block masks: draws for one block before the mask stays as it is
 * @param secondView how the teacher's image is changed
 */
public record ConMimOptions(
    int projectorHidden,
    int projectorDim,
    int lmHead,
    double temperature,
    double teacherMomentum,
    MaskShape mask,
    int blockPatches,
    int blockSmallest,
    int blockAttempts,
    Photometric secondView) {
  private static final double LOWEST_TEMPERATURE = 1e-3;

  /** Shapes of masks. */
  public enum MaskShape {
    /** Square units of {@code masking.unit} pixels, {@code masking.ratio} of them. */
    UNITS,
    /** BEiT's rectangles, about {@code blockPatches} patches. */
    BLOCKS
  }

  /** Checks ranges; those of block masks and of the second view are checked where they are used. */
  public ConMimOptions {
    require(projectorHidden > 0, "projector_hidden", projectorHidden, "at least 1, e.g. 4096");
    require(projectorDim > 0, "projector_dim", projectorDim, "at least 1, e.g. 256");
    require(lmHead >= 0, "lm_head", lmHead, "8192 as in the official model, or 0 for none");
    require(
        temperature >= LOWEST_TEMPERATURE && Double.isFinite(temperature),
        "temperature",
        temperature,
        "at least " + LOWEST_TEMPERATURE + ", e.g. 0.1");
    require(
        teacherMomentum >= 0 && teacherMomentum <= 1,
        "teacher_momentum",
        teacherMomentum,
        "between 0 and 1, e.g. 0.996");
    require(mask != null, "mask", mask, "units or blocks");
    require(
        secondView != null,
        "second_view",
        secondView,
        "given (leave the key out for the recipe's)");
  }

  /** Weights of the projector's three layers for tokens of width {@code dim}. */
  long projectorWeights(int dim) {
    return (long) projectorHidden * (dim + projectorHidden + projectorDim);
  }

  private static void require(boolean holds, String key, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("options." + key + ": " + value + " must be " + rule);
    }
  }
}
