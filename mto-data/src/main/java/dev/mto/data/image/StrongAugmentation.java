package dev.mto.data.image;

import dev.mto.data.pixels.RandAugment;
import java.util.Objects;
import org.datavec.image.transform.ImageTransform;

/**
 * The training transform of fine-tuning: crop and flip, RandAugment, normalisation, random erasing.
 *
 * @param augmentation crop, flip and normalisation
 * @param randAugment what is done to the 8-bit pixels
 * @param erasing what is done to the normalised values
 */
public record StrongAugmentation(
    Augmentation augmentation, RandAugment randAugment, RandomErasing erasing)
    implements Preprocessing.OfAugmentation {
  /** Checks that all are given. */
  public StrongAugmentation {
    Objects.requireNonNull(augmentation, "augmentation");
    Objects.requireNonNull(randAugment, "randAugment");
    Objects.requireNonNull(erasing, "erasing");
  }

  /** Crop and flip alone. */
  @Override
  public ImageTransform transform() {
    return augmentation.transform();
  }
}
