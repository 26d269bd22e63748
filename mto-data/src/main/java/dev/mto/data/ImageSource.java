package dev.mto.data;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.ImageTensor;
import dev.mto.data.image.Photometric;
import dev.mto.data.image.Preprocessing;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.mask.Mask;
import dev.mto.data.mask.MaskSampler;
import dev.mto.data.random.RandomStream;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The images of one epoch: the views of image {@code i} and its mask are pure functions of seed,
 * epoch, i and, for the mask, the optimizer step.
 *
 * @param sampler null = no masks
 * @param photometric null = no second view
 * @param reduced whether JPEGs are decoded at the lowest resolution that their crop allows
 * @param times what reading has taken so far
 */
record ImageSource(
    ImageFolder folder,
    Preprocessing preprocessing,
    MaskSampler sampler,
    Photometric photometric,
    boolean reduced,
    long seed,
    int epoch,
    AtomicReference<StageTimes> times) {

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
    long started = System.nanoTime();
    EncodedImage file = EncodedImage.read(folder.path(index));
    long read = System.nanoTime();
    byte[] crop =
        ImageTensor.pixels(
            file, preprocessing, reduced, RandomStream.of(seed, "crop", epoch, index));
    byte[] pixels =
        ImageTensor.augment(
            crop, preprocessing, RandomStream.of(seed, "rand_augment", epoch, index));
    byte[] changed = null;
    if (twoViews()) {
      RandomGenerator random = RandomStream.of(seed, "second_view", epoch, index);
      changed = ImageTensor.view(pixels, preprocessing, photometric, random);
    }
    long augmented = System.nanoTime();
    ImageTensor.normalise(pixels, preprocessing.normalization(), first, offset);
    preprocessing
        .erasing()
        .apply(
            first,
            offset,
            preprocessing.channels(),
            preprocessing.height(),
            preprocessing.width(),
            RandomStream.of(seed, "erasing", epoch, index));
    if (changed != null) {
      ImageTensor.normalise(changed, preprocessing.normalization(), second, offset);
    }
    took(
        new StageTimes(
            1,
            read - started,
            file.decodeNanos(),
            augmented - read - file.decodeNanos(),
            System.nanoTime() - augmented,
            0));
  }

  /**
   * The mask of an image, or null without a sampler.
   *
   * @param step number of the optimizer step in the epoch
   */
  Mask mask(int index, int step) {
    if (!masked()) {
      return null;
    }
    long started = System.nanoTime();
    Mask mask =
        sampler.sample(
            RandomStream.of(seed, "mask", epoch, index),
            RandomStream.of(seed, "mask_step", epoch, step));
    took(new StageTimes(0, 0, 0, 0, 0, System.nanoTime() - started));
    return mask;
  }

  private void took(StageTimes more) {
    times.accumulateAndGet(more, StageTimes::plus);
  }

  /** The order of an epoch: by index, or a permutation by seed and epoch. */
  int[] order(boolean shuffle) {
    return shuffle
        ? RandomStream.permutation(folder.size(), RandomStream.of(seed, "order", epoch))
        : IntStream.range(0, folder.size()).toArray();
  }
}
