package dev.mto.data;

import java.util.stream.LongStream;

/**
 * Where the time of reading went, summed over the workers.
 *
 * @param images that were read
 * @param readNanos from file to memory, with the check that it is whole
 * @param decodeNanos to pixels
 * @param augmentNanos crop, resize and flip, and the second view
 * @param floatNanos normalisation to float32
 * @param maskNanos drawing the masks
 */
public record StageTimes(
    long images,
    long readNanos,
    long decodeNanos,
    long augmentNanos,
    long floatNanos,
    long maskNanos) {
  static final StageTimes NONE = new StageTimes(0, 0, 0, 0, 0, 0);

  public StageTimes {
    if (LongStream.of(images, readNanos, decodeNanos, augmentNanos, floatNanos, maskNanos)
        .anyMatch(value -> value < 0)) {
      throw new IllegalArgumentException(
          ("a stage took less than no time: images %s, nanoseconds %s, %s, %s, %s, %s"
                  + " must be at least 0")
              .formatted(images, readNanos, decodeNanos, augmentNanos, floatNanos, maskNanos));
    }
  }

  StageTimes plus(StageTimes other) {
    return new StageTimes(
        images + other.images,
        readNanos + other.readNanos,
        decodeNanos + other.decodeNanos,
        augmentNanos + other.augmentNanos,
        floatNanos + other.floatNanos,
        maskNanos + other.maskNanos);
  }
}
