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
      boolean[] masked = masked(masks, b * vit.patches(), vit.patches());
      for (int c = 0; c < vit.channels(); c++) {
        int plane = (b * vit.channels() + c) * pixels;
        double visible = sum(images, plane, masked, false, vit, 0, false);
        long visiblePixels = pixels(masked, false, vit);
        sum += sum(images, plane, masked, true, vit, (float) (visible / visiblePixels), true);
        count += pixels(masked, true, vit);
      }
    }
    return sum / count;
  }

  /** Sum of pixel - shift, or of its absolute value, over the masked or the visible patches. */
  private static double sum(
      float[] images,
      int plane,
      boolean[] masked,
      boolean wanted,
      VitConfig vit,
      float shift,
      boolean absolute) {
    double sum = 0;
    for (int y = 0; y < vit.imageHeight(); y++) {
      for (int column = 0; column < vit.gridWidth(); column++) {
        if (masked[y / vit.patch() * vit.gridWidth() + column] == wanted) {
          int from = plane + y * vit.imageWidth() + column * vit.patch();
          float part = 0;
          for (int p = from; p < from + vit.patch(); p++) {
            float distance = images[p] - shift;
            part += absolute ? Math.abs(distance) : distance;
          }
          sum += part;
        }
      }
    }
    return sum;
  }

  private static long pixels(boolean[] masked, boolean wanted, VitConfig vit) {
    long patches = 0;
    for (boolean patch : masked) {
      patches += patch == wanted ? 1 : 0;
    }
    return patches * vit.patch() * vit.patch();
  }

  private static boolean[] masked(float[] masks, int offset, int patches) {
    boolean[] masked = new boolean[patches];
    for (int patch = 0; patch < patches; patch++) {
      masked[patch] = masks[offset + patch] == 1;
    }
    return masked;
  }
}
