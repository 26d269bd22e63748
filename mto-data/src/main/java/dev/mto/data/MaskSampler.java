package dev.mto.data;

import java.util.random.RandomGenerator;

/**
 * Draws the mask of one image. An implementation holds no state: all randomness comes from the
 * given stream, and one instance serves all worker threads.
 */
@FunctionalInterface
public interface MaskSampler {
  Mask sample(RandomGenerator random);
}
