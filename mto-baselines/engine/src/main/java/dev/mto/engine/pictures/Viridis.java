package dev.mto.engine.pictures;

/**
 * The viridis colour map (van der Walt and Smith): dark violet for 0, yellow for 1, evenly spaced
 * to the eye. Twenty colours of it, joined by straight lines.
 */
public final class Viridis {
  private static final int[] COLOURS = {
    0x440154, 0x481568, 0x482677, 0x453781, 0x3f4788, 0x39558c, 0x32648e, 0x2d718e, 0x287d8e,
    0x238a8d, 0x1f968b, 0x20a386, 0x29af7f, 0x3cbc75, 0x56c667, 0x74d055, 0x94d840, 0xb8de29,
    0xdce318, 0xfde725
  };

  private Viridis() {}

  /** The colour at {@code value}, as 0xRRGGBB; below 0 the first colour, above 1 the last. */
  public static int rgb(double value) {
    double position = Math.min(Math.max(value, 0), 1) * (COLOURS.length - 1);
    int lower = Math.min((int) position, COLOURS.length - 2);
    double fraction = position - lower;
    return channel(lower, fraction, 16) | channel(lower, fraction, 8) | channel(lower, fraction, 0);
  }

  private static int channel(int lower, double fraction, int shift) {
    int from = (COLOURS[lower] >> shift) & 0xff;
    int to = (COLOURS[lower + 1] >> shift) & 0xff;
    return (int) Math.round(from + fraction * (to - from)) << shift;
  }
}
