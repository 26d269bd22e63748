package dev.mto.data;

import java.util.random.RandomGenerator;

/**
 * The images of one epoch: the views of image {@code i} and its mask are pure functions of seed,
 * epoch, i and, for the mask, the optimizer step.
 *
 * @param sampler null = no masks
 * @param photometric null = no second view
 */
record ImageSource(
    ImageFolder folder,
    Preprocessing preprocessing,
    MaskSampler sampler,
    Photometric photometric,
    long seed,
    int epoch) {

  /** C * H * W. */
  int imageLength() {
    return Math.multiplyExact(
        preprocessing.channels(),
        Math.multiplyExact(preprocessing.height(), preprocessing.width()));
  }

  boolean masked() {
    return sampler != null;
  }

  boolean twoViews() {
    return photometric != null;
  }

  /**
   * Writes the views of an image.
   *
   * @param first receives [C, H, W] from {@code offset} on
   * @param second the same for the second view, unused where there is none
   */
  void views(int index, float[] first, float[] second, int offset) throws UnreadableImageException {
    byte[] pixels =
        ImageTensor.pixels(
            folder.path(index), preprocessing, RandomStream.of(seed, "crop", epoch, index));
    ImageTensor.normalise(pixels, preprocessing.normalization(), first, offset);
    if (twoViews()) {
      RandomGenerator random = RandomStream.of(seed, "second_view", epoch, index);
      byte[] changed = ImageTensor.view(pixels, preprocessing, photometric, random);
      ImageTensor.normalise(changed, preprocessing.normalization(), second, offset);
    }
  }

  /**
   * The mask of an image, or null without a sampler.
   *
   * @param step number of the optimizer step in the epoch
   */
  Mask mask(int index, int step) {
    return masked()
        ? sampler.sample(
            RandomStream.of(seed, "mask", epoch, index),
            RandomStream.of(seed, "mask_step", epoch, step))
        : null;
  }

  /** The order of an epoch: by index, or a permutation by seed and epoch. */
  int[] order(boolean shuffle) {
    if (shuffle) {
      return RandomStream.permutation(folder.size(), RandomStream.of(seed, "order", epoch));
    }
    int[] order = new int[folder.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    return order;
  }
}
