package dev.mto.data.image;

import dev.mto.data.pixels.RandAugment;
import org.datavec.image.transform.ImageTransform;

/** From a decoded image of any size to a normalised tensor [C, H, W] of one size. */
public sealed interface Preprocessing
    permits Augmentation, CenterCrop, Preprocessing.OfAugmentation {
  /** H, pixels. */
  int height();

  /** W, pixels. */
  int width();

  Normalization normalization();

  /** C. */
  default int channels() {
    return normalization().channels();
  }

  /** A new DataVec transform to H x W pixels; it is for one thread. */
  ImageTransform transform();

  /** What is done to the 8-bit pixels that {@link #transform()} gives; nothing by default. */
  default RandAugment randAugment() {
    return RandAugment.none();
  }

  /** What is done to the normalised values; nothing by default. */
  default RandomErasing erasing() {
    return RandomErasing.none();
  }

  /** Refuses a size that is not positive. */
  static void requireSize(int height, int width) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "the image size is " + height + "x" + width + " but both sides must be positive");
    }
  }

  /** Has size and normalisation of an {@link Augmentation}. */
  sealed interface OfAugmentation extends Preprocessing permits SingleDrawCrop, StrongAugmentation {
    /** Crop, flip and normalisation. */
    Augmentation augmentation();

    @Override
    default int height() {
      return augmentation().height();
    }

    @Override
    default int width() {
      return augmentation().width();
    }

    @Override
    default Normalization normalization() {
      return augmentation().normalization();
    }
  }
}
