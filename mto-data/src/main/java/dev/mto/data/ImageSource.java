package dev.mto.data;

/**
 * The images of one epoch: image {@code i} and its mask are pure functions of seed, epoch and i.
 *
 * @param sampler null = no masks
 */
record ImageSource(
    ImageFolder folder, Preprocessing preprocessing, MaskSampler sampler, long seed, int epoch) {

  /** C * H * W. */
  int imageLength() {
    return Math.multiplyExact(
        preprocessing.channels(),
        Math.multiplyExact(preprocessing.height(), preprocessing.width()));
  }

  boolean masked() {
    return sampler != null;
  }

  void image(int index, float[] target, int offset) throws UnreadableImageException {
    ImageTensor.read(
        folder.path(index),
        preprocessing,
        RandomStream.of(seed, "crop", epoch, index),
        target,
        offset);
  }

  Mask mask(int index) {
    return masked() ? sampler.sample(RandomStream.of(seed, "mask", epoch, index)) : null;
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
