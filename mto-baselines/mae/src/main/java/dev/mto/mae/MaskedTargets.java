package dev.mto.mae;

import dev.mto.data.ImageBatch;
import dev.mto.models.VitConfig;

/**
 * The loss of a prediction that needs no model. Raw pixels: each channel of each image as its mean
 * over the visible pixels. Normalised pixels: zero, the mean of every patch.
 */
final class MaskedTargets {
  private static final double EPSILON = 1e-6;

  private final VitConfig vit;
  private final float[] images;
  private final float[] mask;

  MaskedTargets(ImageBatch batch, VitConfig vit) {
    this.vit = vit;
    this.images = batch.images().data().asFloat();
    this.mask = batch.mask().data().asFloat();
  }

  /** Mean over masked patches of the squared normalised pixels. */
  double squaredNormalised() {
    double sum = 0;
    int count = 0;
    for (int patch = 0; patch < mask.length; patch++) {
      if (mask[patch] == 1) {
        double variance = variance(patch);
        int values = vit.patchValues();
        sum += variance / (variance * values / (values - 1.0) + EPSILON);
        count++;
      }
    }
    return sum / count;
  }

  /** Mean over masked pixels of the squared difference from the channel's visible mean. */
  double squaredFromVisibleMean() {
    double sum = 0;
    long count = 0;
    for (int image = 0; image < mask.length / vit.patches(); image++) {
      for (int channel = 0; channel < vit.channels(); channel++) {
        double mean = mean(image, channel);
        for (int p = 0; p < vit.patches(); p++) {
          int patch = image * vit.patches() + p;
          if (mask[patch] == 1) {
            sum += squared(patch, channel, mean);
            count += (long) vit.patch() * vit.patch();
          }
        }
      }
    }
    return sum / count;
  }

  private double mean(int image, int channel) {
    double sum = 0;
    int count = 0;
    for (int p = 0; p < vit.patches(); p++) {
      int patch = image * vit.patches() + p;
      if (mask[patch] == 0) {
        sum += sum(patch, channel);
        count += vit.patch() * vit.patch();
      }
    }
    return sum / count;
  }

  private double variance(int patch) {
    double mean = 0;
    for (int channel = 0; channel < vit.channels(); channel++) {
      mean += sum(patch, channel) / vit.patchValues();
    }
    double variance = 0;
    for (int channel = 0; channel < vit.channels(); channel++) {
      variance += squared(patch, channel, mean) / vit.patchValues();
    }
    return variance;
  }

  private double sum(int patch, int channel) {
    double sum = 0;
    for (int y = 0; y < vit.patch(); y++) {
      int row = row(patch, channel, y);
      for (int x = 0; x < vit.patch(); x++) {
        sum += images[row + x];
      }
    }
    return sum;
  }

  private double squared(int patch, int channel, double from) {
    double sum = 0;
    for (int y = 0; y < vit.patch(); y++) {
      int row = row(patch, channel, y);
      for (int x = 0; x < vit.patch(); x++) {
        double difference = images[row + x] - from;
        sum += difference * difference;
      }
    }
    return sum;
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
