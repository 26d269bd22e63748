package dev.mto.data.pixels;

/** How often a channel of an image has each of the 256 values. */
final class Histogram {
  private final int[] counts = new int[256];

  private Histogram() {}

  static Histogram of(Pixels image, int channel) {
    Histogram histogram = new Histogram();
    byte[] values = image.values();
    for (int i = channel; i < values.length; i += image.channels()) {
      histogram.counts[values[i] & 0xFF]++;
    }
    return histogram;
  }

  int count(int value) {
    return counts[value];
  }

  /** The smallest value of the channel. */
  int smallest() {
    int value = 0;
    while (value < 255 && counts[value] == 0) {
      value++;
    }
    return value;
  }

  /** The largest value of the channel. */
  int largest() {
    int value = 255;
    while (value > 0 && counts[value] == 0) {
      value--;
    }
    return value;
  }
}
