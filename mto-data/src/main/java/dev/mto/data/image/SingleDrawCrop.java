package dev.mto.data.image;

import org.datavec.image.transform.ImageTransform;

/**
 * The training transform of a linear probe: as {@link Augmentation}, but area and ratio of the crop
 * are drawn once, and a side that is too long is cut to the image's, as in the official MAE.
 *
 * @param augmentation ranges of the crop, flip and normalisation
 */
public record SingleDrawCrop(Augmentation augmentation) implements Preprocessing.OfAugmentation {
  @Override
  public ImageTransform transform() {
    return new RandomResizedCrop(augmentation, CropBox::drawOnce);
  }
}
