package dev.mto.data.pixels;

import java.util.function.IntUnaryOperator;

/** What each of the 256 values of a channel becomes, with Pillow's rounding. */
public final class LookupTable {
  private static final int DARK = 128;

  private final byte[] table = new byte[256];

  private LookupTable(IntUnaryOperator rule) {
    for (int value = 0; value < 256; value++) {
      table[value] = (byte) Math.max(0, Math.min(255, rule.applyAsInt(value)));
    }
  }

  /** Stretches a channel's values linearly to [0, 255], truncated. */
  static LookupTable autoContrast(Pixels image, int channel) {
    int[] counts = histogram(image, channel);
    int smallest = 0;
    while (smallest < 255 && counts[smallest] == 0) {
      smallest++;
    }
    int largest = largest(counts);
    if (smallest >= largest) {
      return unchanged();
    }
    double scale = 255.0 / (largest - smallest);
    double shift = -smallest * scale;
    return new LookupTable(value -> (int) (value * scale + shift));
  }

  /**
   * Spreads a channel's values so that each of 255 steps holds as many pixels as another; a value
   * goes by the pixels below it. Those of the largest value do not count.
   */
  static LookupTable equalize(Pixels image, int channel) {
    int[] counts = histogram(image, channel);
    int[] below = new int[257];
    for (int value = 0; value < 256; value++) {
      below[value + 1] = below[value] + counts[value];
    }
    int step = below[largest(counts)] / 255;
    return step == 0 ? unchanged() : new LookupTable(value -> (step / 2 + below[value]) / step);
  }

  /** [256]: how often a channel has each value. */
  private static int[] histogram(Pixels image, int channel) {
    int[] counts = new int[256];
    byte[] values = image.values();
    for (int i = channel; i < values.length; i += image.channels()) {
      counts[values[i] & 0xFF]++;
    }
    return counts;
  }

  private static int largest(int[] counts) {
    int value = 255;
    while (value > 0 && counts[value] == 0) {
      value--;
    }
    return value;
  }

  /** 255 - value. */
  static LookupTable invert() {
    return new LookupTable(value -> 255 - value);
  }

  /**
   * Keeps the highest bits.
   *
   * @param bits how many, 0 to 8
   */
  static LookupTable posterize(int bits) {
    int kept = -1 << (8 - bits);
    return new LookupTable(value -> value & kept);
  }

  /** Inverts the values of {@code threshold} and more. */
  public static LookupTable solarize(int threshold) {
    return new LookupTable(value -> value < threshold ? value : 255 - value);
  }

  /** Adds to the values below 128. */
  static LookupTable solarizeAdd(int added) {
    return new LookupTable(value -> value < DARK ? value + added : value);
  }

  private static LookupTable unchanged() {
    return new LookupTable(value -> value);
  }

  /** Changes every channel where it is. */
  public void apply(byte[] pixels) {
    change(pixels, 0, 1);
  }

  /** Changes one channel where it is. */
  void apply(Pixels image, int channel) {
    change(image.values(), channel, image.channels());
  }

  private void change(byte[] pixels, int from, int stride) {
    for (int i = from; i < pixels.length; i += stride) {
      pixels[i] = table[pixels[i] & 0xFF];
    }
  }
}
