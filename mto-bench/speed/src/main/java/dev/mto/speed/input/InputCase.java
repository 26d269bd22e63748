package dev.mto.speed.input;

import dev.mto.data.image.Augmentation;
import dev.mto.data.image.Normalization;
import dev.mto.data.mask.MaskSampler;
import dev.mto.data.mask.SimMimMaskSampler;
import dev.mto.data.pixels.Interpolation;
import java.util.List;
import java.util.Optional;

/**
 * The pre-training transform of a method at 224 pixels; the peer's script holds the same.
 *
 * @param name of the method
 * @param augmentation crop, flip and normalisation
 * @param masks empty where the model draws the masks, not the data loader
 */
record InputCase(String name, Augmentation augmentation, Optional<MaskSampler> masks) {
  private static final int SIDE = 224;
  private static final int TOKENS = 14;

  /** The cases that are measured: SimMIM's official transform, and MAE's. */
  static List<InputCase> all() {
    Normalization normalization = Normalization.imageNet();
    return List.of(
        new InputCase(
            "simmim",
            Augmentation.simMim(SIDE, SIDE, normalization),
            Optional.of(new SimMimMaskSampler(TOKENS, TOKENS, 2, 0.6))),
        new InputCase(
            "mae",
            new Augmentation(
                SIDE, SIDE, 0.2, 1, 3 / 4.0, 4 / 3.0, Interpolation.BICUBIC, 0.5, normalization),
            Optional.empty()));
  }
}
