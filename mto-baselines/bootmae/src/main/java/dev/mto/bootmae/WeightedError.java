package dev.mto.bootmae;

import dev.mto.data.ImageBatch;
import dev.mto.data.mask.Mask;
import dev.mto.engine.PixelReference;
import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The squared error of all patches of a batch, each times its weight, over the number of masked
 * ones. The weight is m·a + m, with m the mask and a the share of masked patches among the patch
 * and its eight neighbours (those outside the image count as visible): a patch inside a block
 * counts up to twice as much as a lone one, and a visible patch nothing.
 *
 * @param vit the grid of patches
 * @param weighted whether a is counted; else every masked patch weighs 1
 */
record WeightedError(VitConfig vit, boolean weighted) {
  private static final double NEIGHBOURHOOD = 9;
  private static final double EPSILON = 1e-5;

  /** The weights [B, N] of a mask [B, N], 1 = masked. */
  SDVariable weights(SDVariable mask) {
    if (!weighted) {
      return mask;
    }
    int patches = vit.patches();
    double[][] shares = new double[patches][patches];
    for (int i = 0; i < patches; i++) {
      for (int j = 0; j < patches; j++) {
        shares[i][j] = near(i, j) ? 1 / NEIGHBOURHOOD : 0;
      }
    }
    SDVariable table =
        mask.getSameDiff()
            .constant("neighbour_shares", Nd4j.createFromArray(shares).castTo(mask.dataType()));
    return mask.mul(mask.mmul(table)).add(mask);
  }

  /**
   * The mean error, a scalar.
   *
   * @param target [B*N, K]
   * @param predicted likewise
   * @param values K
   * @param weights of {@code mask}
   */
  static SDVariable of(
      SDVariable target, SDVariable predicted, int values, SDVariable weights, SDVariable mask) {
    SDVariable errors = predicted.sub(target);
    // (1, B*N) x (B*N, K), added up
    SDVariable sum = weights.reshape(1, -1).mmul(errors.mul(errors)).sum();
    return sum.div(values).div(mask.sum());
  }

  /**
   * Both losses of a prediction that needs no model: zero for normalised pixels, the mean of every
   * patch and channel, and the same value in all channels of a feature. Squared normalised features
   * have the mean 1 whatever the teacher, to within the ε of their normalisation.
   */
  double ofReference(ImageBatch batch, double featureWeight) {
    PixelReference reference = new PixelReference(batch, vit);
    double sum = 0;
    long masked = 0;
    for (int image = 0; image < batch.size(); image++) {
      Mask mask = batch.masks().get(image);
      for (int patch : mask.masked()) {
        double pixels = reference.ofNormalisedChannels(image, patch, EPSILON);
        sum += weight(mask, patch) * (pixels + featureWeight);
      }
      masked += mask.maskedCount();
    }
    return sum / masked;
  }

  private double weight(Mask mask, int patch) {
    int near = 0;
    for (int other : mask.masked()) {
      near += near(patch, other) ? 1 : 0;
    }
    return weighted ? near / NEIGHBOURHOOD + 1 : 1;
  }

  private boolean near(int i, int j) {
    int width = vit.gridWidth();
    return Math.abs(i / width - j / width) <= 1 && Math.abs(i % width - j % width) <= 1;
  }
}
