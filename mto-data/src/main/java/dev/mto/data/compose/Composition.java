package dev.mto.data.compose;

import java.util.Locale;

/**
 * How strongly garments are changed, and what is behind them.
 *
 * @param size side of a made image, pixels
 * @param rotation largest angle by which a garment is turned either way, degrees
 * @param smallest side of the smallest garment's frame over that of the image
 * @param largest of the largest; sides between them are log-uniform
 * @param shift largest distance of the frame's middle from the image's along each axis, over the
 *     image's side
 * @param tint largest saturation of a garment's colour, 0 for grey garments
 * @param noise standard deviation of the background about its mean colour, of values 0 to 1
 * @param exponent a of the background's amplitude f^-a at spatial frequency f
 */
public record Composition(
    int size,
    double rotation,
    double smallest,
    double largest,
    double shift,
    double tint,
    double noise,
    double exponent) {
  private static final int MOST_PIXELS = 1024;

  /** Checks ranges. */
  public Composition {
    require(size >= 8 && size <= MOST_PIXELS, "size", size, "8 to " + MOST_PIXELS + " pixels");
    require(rotation >= 0 && rotation <= 180, "rotation", rotation, "0 to 180 degrees");
    require(smallest > 0 && smallest <= 4, "smallest", smallest, "above 0 and at most 4");
    require(largest >= smallest && largest <= 4, "largest", largest, "--smallest to 4");
    require(shift >= 0 && shift <= 1, "shift", shift, "0 to 1");
    require(tint >= 0 && tint <= 1, "tint", tint, "0 to 1");
    require(noise >= 0 && noise <= 1, "noise", noise, "0 to 1");
    require(exponent >= 0 && exponent <= 4, "exponent", exponent, "0 to 4");
  }

  /** Strengths at which neighbours in pixels say little and a person still sees the garment. */
  public static Composition usual() {
    return new Composition(32, 30, 0.6, 1.0, 0.15, 1.0, 0.2, 1.0);
  }

  private static void require(boolean holds, String option, Number value, String range) {
    if (!holds) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "--%s is %s but must be %s", option, value, range));
    }
  }
}
