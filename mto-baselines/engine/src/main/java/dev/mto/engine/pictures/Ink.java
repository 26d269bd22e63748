package dev.mto.engine.pictures;

import java.awt.Color;
import java.util.List;

/**
 * A colour of a curve on white paper and on dark.
 *
 * @param light on white, as 0xRRGGBB
 * @param dark on a dark page, as 0xRRGGBB
 */
public record Ink(int light, int dark) {
  /** Of bounds and references. */
  static final Ink REFERENCE = new Ink(0x6e7781, 0x9198a1);

  /** After Okabe and Ito's colours, which colour-blind readers can tell apart. */
  static final List<Ink> PALETTE =
      List.of(
          new Ink(0x0072b2, 0x56b4e9),
          new Ink(0xd55e00, 0xff9a52),
          new Ink(0x008f68, 0x2fd0a2),
          new Ink(0xb3568f, 0xe79ac4),
          new Ink(0x8a6d00, 0xe8c53c),
          new Ink(0x24292f, 0xe6edf3));

  /** Viridis is too light for lines on white beyond this, and too dark on a dark page below. */
  private static final double LIGHTEST_ON_WHITE = 0.6;

  private static final double DARKEST_ON_DARK = 0.4;

  /** The colour of {@code share} of a ramp, 0 to 1. */
  public static Ink ramp(double share) {
    return new Ink(
        Viridis.rgb(LIGHTEST_ON_WHITE * share),
        Viridis.rgb(DARKEST_ON_DARK + (1 - DARKEST_ON_DARK) * share));
  }

  Color onWhite() {
    return new Color(light);
  }
}
