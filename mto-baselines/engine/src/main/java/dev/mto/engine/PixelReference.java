package dev.mto.engine;

import dev.mto.data.ImageBatch;
import dev.mto.data.mask.Mask;
import dev.mto.models.VitConfig;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Losses of predictions that need no model: for raw pixels each channel's mean over the visible
 * pixels of its image, for pixels normalised patch by patch zero. A model whose loss is above has
 * learnt nothing yet.
 */
public final class PixelReference {
  private final VitConfig vit;
  private final float[] images;
  private final List<Mask> masks;

  /** Of the masked patches of a batch. */
  public PixelReference(ImageBatch batch, VitConfig vit) {
    this.vit = vit;
    this.images = batch.images().data().asFloat();
    this.masks = batch.masks();
  }

  /**
   * Mean error over all masked pixels and channels of the batch, when each channel of an image is
   * predicted as its mean over the visible pixels.
   *
   * @param error of a difference, e.g. {@code Math::abs}
   */
  public double fromVisibleMean(DoubleUnaryOperator error) {
    double sum = 0;
    long patches = 0;
    for (int image = 0; image < masks.size(); image++) {
      for (int channel = 0; channel < vit.channels(); channel++) {
        double visible = 0;
        for (int patch : masks.get(image).visible()) {
          visible += sum(image, patch, channel, pixel -> pixel);
        }
        double mean = visible / masks.get(image).visible().length / pixels();
        for (int patch : masks.get(image).masked()) {
          sum += sum(image, patch, channel, pixel -> error.applyAsDouble(pixel - mean));
          patches++;
        }
      }
    }
    return sum / patches / pixels();
  }

  /** Mean square of the masked patches, each normalised by the variance of all its values (MAE). */
  public double ofNormalisedPatches(double epsilon) {
    double sum = 0;
    int count = 0;
    double unbiased = vit.patchValues() / (vit.patchValues() - 1.0);
    for (int image = 0; image < masks.size(); image++) {
      for (int patch : masks.get(image).masked()) {
        double variance = variance(image, patch, 0, vit.channels());
        sum += variance / (variance * unbiased + epsilon);
        count++;
      }
    }
    return sum / count;
  }

  /** Mean square of a patch, each channel normalised by its own biased variance (BootMAE). */
  public double ofNormalisedChannels(int image, int patch, double epsilon) {
    double sum = 0;
    for (int channel = 0; channel < vit.channels(); channel++) {
      double variance = variance(image, patch, channel, channel + 1);
      sum += variance / (variance + epsilon);
    }
    return sum / vit.channels();
  }

  /** Biased variance of the values of a patch in the channels {@code from} to {@code to}. */
  private double variance(int image, int patch, int from, int to) {
    double values = (double) (to - from) * pixels();
    double sum = 0;
    for (int channel = from; channel < to; channel++) {
      sum += sum(image, patch, channel, pixel -> pixel);
    }
    double mean = sum / values;
    double squares = 0;
    for (int channel = from; channel < to; channel++) {
      squares += sum(image, patch, channel, pixel -> (pixel - mean) * (pixel - mean));
    }
    return squares / values;
  }

  private double sum(int image, int patch, int channel, DoubleUnaryOperator of) {
    int top = patch / vit.gridWidth() * vit.patch();
    int left = patch % vit.gridWidth() * vit.patch();
    int plane = (image * vit.channels() + channel) * vit.imageHeight();
    double sum = 0;
    for (int y = top; y < top + vit.patch(); y++) {
      int row = (plane + y) * vit.imageWidth() + left;
      for (int x = row; x < row + vit.patch(); x++) {
        sum += of.applyAsDouble(images[x]);
      }
    }
    return sum;
  }

  private int pixels() {
    return vit.patch() * vit.patch();
  }
}
