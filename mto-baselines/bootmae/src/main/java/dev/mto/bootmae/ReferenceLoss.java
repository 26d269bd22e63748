package dev.mto.bootmae;

import dev.mto.data.ImageBatch;
import dev.mto.models.VitConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The loss of a prediction that needs no model: zero for normalised pixels, the mean of every patch
 * and channel, and the same value in all channels of a feature. Squared normalised features have
 * the mean 1 whatever the teacher, to within the ε of their normalisation.
 */
final class ReferenceLoss {
  private static final double EPSILON = 1e-5;

  private final VitConfig vit;
  private final boolean weightMask;
  private final MaskWeights maskWeights;

  ReferenceLoss(VitConfig vit, boolean weightMask) {
    this.vit = vit;
    this.weightMask = weightMask;
    this.maskWeights = new MaskWeights(vit);
  }

  /** The loss on {@code batch}, its feature part times {@code featureWeight}. */
  double of(ImageBatch batch, double featureWeight) {
    float[] images = batch.images().data().asFloat();
    INDArray mask = batch.mask();
    double[] weights = (weightMask ? maskWeights.of(mask) : mask).dup('c').data().asDouble();
    double pixel = 0;
    double feature = 0;
    for (int patch = 0; patch < weights.length; patch++) {
      if (weights[patch] > 0) {
        pixel += weights[patch] * squaredPixels(images, patch);
        feature += weights[patch];
      }
    }
    return (pixel + featureWeight * feature) / mask.sumNumber().doubleValue();
  }

  /** Mean square of a patch's normalised pixels. */
  private double squaredPixels(float[] images, int patch) {
    double sum = 0;
    for (int channel = 0; channel < vit.channels(); channel++) {
      double variance = variance(images, patch, channel);
      sum += variance / (variance + EPSILON);
    }
    return sum / vit.channels();
  }

  private double variance(float[] images, int patch, int channel) {
    double sum = 0;
    double squares = 0;
    for (int y = 0; y < vit.patch(); y++) {
      int row = row(patch, channel, y);
      for (int x = 0; x < vit.patch(); x++) {
        double value = images[row + x];
        sum += value;
        squares += value * value;
      }
    }
    int pixels = vit.patch() * vit.patch();
    double mean = sum / pixels;
    return Math.max(0, squares / pixels - mean * mean);
  }

  /** Index of the first pixel of a row of a patch. */
  private int row(int patch, int channel, int y) {
    int image = patch / vit.patches();
    int inImage = patch % vit.patches();
    int top = inImage / vit.gridWidth() * vit.patch() + y;
    int left = inImage % vit.gridWidth() * vit.patch();
    return ((image * vit.channels() + channel) * vit.imageHeight() + top) * vit.imageWidth() + left;
  }
}
