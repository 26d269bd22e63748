package dev.mto.conmim;

import dev.mto.data.image.Photometric;
import dev.mto.engine.config.Rules;
import dev.mto.engine.config.Setting;

/** What only ConMIM has, under {@code options} of a configuration. */
public record ConMimOptions(
    @Setting(
            value = "Width of the projector's two hidden layers.",
            unit = "numbers",
            range = "at least 1")
        int projectorHidden,
    @Setting(
            value = "Width of the features that are compared.",
            unit = "numbers",
            range = "at least 1")
        int projectorDim,
    @Setting(
            value =
                "Rows of BEiT's head, which the official model saves and never uses; 0 leaves it"
                    + " out.",
            unit = "rows",
            range = Rules.NOT_NEGATIVE)
        int lmHead,
    @Setting(value = "What cosines are divided by.", range = "at least 0.001") double temperature,
    @Setting(
            value = "Momentum of the teacher at the first step; it rises to 1 as half a cosine.",
            range = Rules.SHARE)
        double teacherMomentum,
    @Setting(
            "How patches are masked: square units of masking.unit pixels, masking.ratio of them, or"
                + " BEiT's blocks.")
        MaskShape mask,
    @Setting(
            value = "Masked patches wanted of block masks.",
            unit = "patches",
            range = "at least 1")
        int blockPatches,
    @Setting(value = "Smallest area of a block.", unit = "patches", range = "at least 1")
        int blockSmallest,
    @Setting(
            value = "Draws for one block before the mask stays as it is.",
            unit = "draws",
            range = "at least 1")
        int blockAttempts,
    @Setting("How the colours of the teacher's image are changed.")
        @Setting(
            of = "brightness",
            value = "The brightness factor is uniform between 1 less this and 1 plus this.",
            range = Rules.NOT_NEGATIVE)
        @Setting(of = "contrast", value = "The same for contrast.", range = Rules.NOT_NEGATIVE)
        @Setting(of = "saturation", value = "The same for saturation.", range = Rules.NOT_NEGATIVE)
        @Setting(
            of = "hue",
            value =
                "The hue turns by a share of its circle that is uniform between minus this and"
                    + " this.",
            unit = "share of the circle",
            range = "between 0 and 0.5")
        @Setting(of = "jitter", value = "Probability of the colour jitter.", range = Rules.SHARE)
        @Setting(of = "grey", value = "Probability of greyscale.", range = Rules.SHARE)
        @Setting(of = "blur", value = "Probability of the Gaussian blur.", range = Rules.SHARE)
        @Setting(
            of = "blur_radius_min",
            value = "Smallest standard deviation of the blur.",
            unit = "pixels",
            range = Rules.POSITIVE)
        @Setting(
            of = "blur_radius_max",
            value = "Largest standard deviation of the blur.",
            unit = "pixels",
            range = "at least blur_radius_min")
        @Setting(
            of = "solarize",
            value = "Probability of inverting the values of 128 and more.",
            range = Rules.SHARE)
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

  private static void require(boolean holds, String key, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("options." + key + ": " + value + " must be " + rule);
    }
  }
}
