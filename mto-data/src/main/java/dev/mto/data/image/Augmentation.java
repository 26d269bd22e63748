package dev.mto.data.image;

import dev.mto.data.pixels.Interpolation;
import java.util.Objects;
import org.datavec.image.transform.ImageTransform;

/**
 * The training transform: random resized crop (torchvision's rule), horizontal flip, normalisation.
 *
 * @param height pixels of the result
 * @param width pixels of the result
 * @param scaleMin smallest share of the image's area that a crop covers, in (0, 1]
 * @param scaleMax largest share, in [scaleMin, 1]
 * @param ratioMin smallest width / height of a crop, positive
 * @param ratioMax largest width / height, at least ratioMin
 * @param interpolation how pixels are resampled
 * @param flip probability of a horizontal flip, in [0, 1]
 * @param normalization per-channel mean and std; gives the number of channels
 */
public record Augmentation(
    int height,
    int width,
    double scaleMin,
    double scaleMax,
    double ratioMin,
    double ratioMax,
    Interpolation interpolation,
    double flip,
    Normalization normalization)
    implements Preprocessing {

  public Augmentation {
    Preprocessing.requireSize(height, width);
    Objects.requireNonNull(interpolation, "interpolation");
    Objects.requireNonNull(normalization, "normalization");
    if (!(scaleMin > 0 && scaleMin <= scaleMax && scaleMax <= 1)) {
      throw new IllegalArgumentException(
          "the crop scale is [%s, %s] but needs 0 < smallest <= largest <= 1, such as [0.67, 1]"
              .formatted(scaleMin, scaleMax));
    }
    if (!(ratioMin > 0 && ratioMin <= ratioMax && ratioMax < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          ("the crop's width / height is [%s, %s] but needs 0 < smallest <= largest,"
                  + " such as [0.75, 1.3333]")
              .formatted(ratioMin, ratioMax));
    }
    if (!(flip >= 0 && flip <= 1)) {
      throw new IllegalArgumentException(
          "flip is " + flip + " but must be a probability in [0, 1]");
    }
  }

  /** SimMIM's: scale (0.67, 1), ratio 3/4 to 4/3, bilinear, flip 0.5. */
  public static Augmentation simMim(int height, int width, Normalization normalization) {
    return new Augmentation(
        height, width, 0.67, 1, 3 / 4.0, 4 / 3.0, Interpolation.BILINEAR, 0.5, normalization);
  }

  @Override
  public ImageTransform transform() {
    return new RandomResizedCrop(this);
  }
}
