package dev.mto.simmim;

import dev.mto.data.ImageBatch;
import dev.mto.models.VitConfig;

/**
 * The loss of a prediction that needs no model: each channel of each image as its mean over the
 * visible pixels. A model whose loss is above it has learnt nothing yet.
 */
final class MeanPrediction {
  private MeanPrediction() {}

  /** Mean |pixel - mean of visible pixels| over all masked pixels and channels of the batch. */
  static double loss(ImageBatch batch, VitConfig vit) {
    int pixels = vit.imageHeight() * vit.imageWidth();
    float[] images = batch.images().data().asFloat();
    float[] masks = batch.mask().data().asFloat();
    double sum = 0;
    long count = 0;
    for (int b = 0; b < batch.size(); b++) {
      boolean[] masked = maskedPixels(masks, b * vit.patches(), vit);
      for (int c = 0; c < vit.channels(); c++) {
        int plane = (b * vit.channels() + c) * pixels;
        double mean = visibleMean(images, masked, plane);
        for (int p = 0; p < pixels; p++) {
          if (masked[p]) {
            sum += Math.abs(images[plane + p] - mean);
            count++;
          }
        }
      }
    }
    return sum / count;
  }

  private static double visibleMean(float[] images, boolean[] masked, int plane) {
    double sum = 0;
    int count = 0;
    for (int p = 0; p < masked.length; p++) {
      if (!masked[p]) {
        sum += images[plane + p];
        count++;
      }
    }
    return sum / count;
  }

  private static boolean[] maskedPixels(float[] masks, int offset, VitConfig vit) {
    boolean[] masked = new boolean[vit.imageHeight() * vit.imageWidth()];
    for (int y = 0; y < vit.imageHeight(); y++) {
      for (int x = 0; x < vit.imageWidth(); x++) {
        int patch = y / vit.patch() * vit.gridWidth() + x / vit.patch();
        masked[y * vit.imageWidth() + x] = masks[offset + patch] == 1;
      }
    }
    return masked;
  }
}
