package dev.mto.data;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Exif;
import dev.mto.data.image.ImageTensor;
import dev.mto.data.image.Photometric;
import dev.mto.data.image.Preprocessing;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.mask.Mask;
import dev.mto.data.mask.MaskSampler;
import dev.mto.data.pixels.Pixels;
import dev.mto.data.random.RandomStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The images of one epoch: the views of image {@code i} and its mask are pure functions of seed,
 * epoch, i and, for the mask, the optimizer step.
 *
 * @param sampler null = no masks
 * @param photometric null = no second view
 * @param replacing whether the place of an image that cannot be read is taken by one after it
 * @param reduced whether JPEGs are decoded at the lowest resolution that their crop allows
 * @param exif what is done with the orientation that cameras note
 * @param times what reading has taken so far
 */
record ImageSource(
    ImageFolder folder,
    Preprocessing preprocessing,
    MaskSampler sampler,
    Photometric photometric,
    boolean replacing,
    boolean reduced,
    Exif exif,
    long seed,
    int epoch,
    AtomicReference<StageTimes> times) {

  private static final int MOST_TRIED = 100;

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

  /** The image whose views image {@code index} gets after {@code tried} that could not be read. */
  int fileOf(int index, int tried) {
    return (index + tried) % folder.size();
  }

  /** How many images are tried for one place. */
  int mostTried() {
    return replacing ? Math.min(MOST_TRIED, folder.size()) : 1;
  }

  /**
   * Writes the views of an image.
   *
   * @param file the image that is read; its views are drawn as those of {@code index}
   * @param first receives [C, H, W] from {@code offset} on
   * @param second the same for the second view, unused where there is none
   */
  void views(int index, int file, float[] first, float[] second, int offset)
      throws UnreadableImageException {
    long started = System.nanoTime();
    EncodedImage encoded = folder.read(file, exif);
    long read = System.nanoTime();
    Pixels crop =
        ImageTensor.pixels(
            encoded, preprocessing, reduced, RandomStream.of(seed, "crop", epoch, index));
    requireEightBitsForColours(crop, file);
    Pixels pixels =
        ImageTensor.augment(
            crop, preprocessing, RandomStream.of(seed, "rand_augment", epoch, index));
    Pixels changed = null;
    if (twoViews()) {
      RandomGenerator random = RandomStream.of(seed, "second_view", epoch, index);
      changed = ImageTensor.view(pixels, photometric, random);
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
            encoded.decodeNanos(),
            augmented - read - encoded.decodeNanos(),
            System.nanoTime() - augmented,
            0));
  }

  private void requireEightBitsForColours(Pixels crop, int file) {
    if (crop.bits() > 8 && (twoViews() || preprocessing.randAugment().operations() > 0)) {
      String reason =
          "it has %d bits a value, and %s changes colours of 8 bits; %s, or convert the images to 8"
              .formatted(
                  crop.bits(),
                  twoViews() ? "a second view" : "RandAugment",
                  twoViews() ? "take a method without one" : "set rand_augment.operations to 0");
      throw new UncheckedIOException(
          folder.path(file) + " cannot be used: " + reason, new UnreadableImageException(reason));
    }
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

  /**
   * The order of an epoch: by index, or a permutation by seed and epoch.
   *
   * @param shuffle null = by index
   * @param lanes micro-batches of a step
   * @param batch images of a micro-batch
   */
  int[] order(Shuffle shuffle, int lanes, int batch) {
    if (shuffle == Shuffle.LANES) {
      return Lanes.order(folder.shards(), lanes, batch, seed, epoch);
    }
    return shuffle == Shuffle.EXACT
        ? RandomStream.permutation(folder.size(), RandomStream.of(seed, "order", epoch))
        : IntStream.range(0, folder.size()).toArray();
  }
}
