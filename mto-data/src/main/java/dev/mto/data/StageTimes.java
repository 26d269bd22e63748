package dev.mto.data;

/**
 * Where the time of reading went, summed over the workers.
 *
 * @param images that were read
 * @param readNanos from file to memory, with the check that it is whole
 * @param decodeNanos to 8-bit pixels
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

  public StageTimes {
    if (images < 0
        || readNanos < 0
        || decodeNanos < 0
        || augmentNanos < 0
        || floatNanos < 0
        || maskNanos < 0) {
      throw new IllegalArgumentException(
          "a stage took less than no time: images "
              + images
              + ", nanoseconds "
              + readNanos
              + ", "
              + decodeNanos
              + ", "
              + augmentNanos
              + ", "
              + floatNanos
              + ", "
              + maskNanos
              + " must be at least 0");
    }
  }
}
