package dev.mto.data.mask;

import java.util.random.RandomGenerator;

/**
 * Draws the mask of one image. An implementation holds no state: all randomness comes from the
 * given streams, and one instance serves all worker threads.
 */
@FunctionalInterface
public interface MaskSampler {
  /**
   * Draws a mask.
   *
   * @param image the image's own stream
   * @param step a stream with the same values for every image of one optimizer step
   */
  Mask sample(RandomGenerator image, RandomGenerator step);
}
