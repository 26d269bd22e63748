package dev.mto.data.compose;

import java.util.random.RandomGenerator;

/**
 * Puts grey garments before coloured noise. Two streams that begin alike give the same image, on
 * every machine. Thread-safe.
 */
public final class Composer {
  private static final int CHANNELS = 3;

  /** Points along a pixel's side at which the garment is looked up. */
  private static final int POINTS = 2;

  /** A garment hides what is behind it fully from this grey value on, of values 0 to 1. */
  private static final double OPAQUE = 0.15;

  private static final double DARKEST_TINT = 0.5;
  private static final double DARKEST_BACKGROUND = 0.15;
  private static final double LIGHTEST_BACKGROUND = 0.85;

  private final Composition composition;
  private final SpectralNoise noise;

  public Composer(Composition composition) {
    this.composition = composition;
    this.noise = new SpectralNoise(composition.size(), composition.exponent());
  }

  /**
   * Composes an image.
   *
   * @param garment grey values [height * width], row by row, 0 outside of the garment
   * @param random gives all that is random of this image
   * @return [size * size * 3] in the order blue, green, red, row by row
   */
  public byte[] compose(byte[] garment, int height, int width, RandomGenerator random) {
    int size = composition.size();
    Placement placement = Placement.draw(composition, height, width, random);
    double[] tint = tint(random);
    double[][] background = background(random);
    byte[] image = new byte[size * size * CHANNELS];
    for (int i = 0; i < size * size; i++) {
      double shade = 0;
      double cover = 0;
      int row = i / size;
      int column = i % size;
      for (int p = 0; p < POINTS * POINTS; p++) {
        int down = p / POINTS;
        int right = p % POINTS;
        double value =
            placement.value(garment, row + (down + 0.5) / POINTS, column + (right + 0.5) / POINTS);
        double opacity = Math.min(1, value / OPAQUE);
        shade += opacity * value / (POINTS * POINTS);
        cover += opacity / (POINTS * POINTS);
      }
      for (int c = 0; c < CHANNELS; c++) {
        double value = shade * tint[c] + (1 - cover) * background[c][i];
        image[i * CHANNELS + c] = (byte) Math.round(255 * Math.max(0, Math.min(1, value)));
      }
    }
    return image;
  }

  /** A colour of random hue, saturation and lightness. */
  private double[] tint(RandomGenerator random) {
    double hue = 2 * Math.PI * random.nextDouble();
    double saturation = composition.tint() * random.nextDouble();
    double lightness = DARKEST_TINT + (1 - DARKEST_TINT) * random.nextDouble();
    double[] tint = new double[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) {
      double wave = (1 + StrictMath.cos(hue + 2 * Math.PI * c / CHANNELS)) / 2;
      tint[c] = lightness * (1 - saturation * (1 - wave));
    }
    return tint;
  }

  /** A random mean colour, and noise of which one half is of all channels, one of each alone. */
  private double[][] background(RandomGenerator random) {
    double[] grey = noise.draw(random);
    double[][] background = new double[CHANNELS][];
    for (int c = 0; c < CHANNELS; c++) {
      double mean =
          DARKEST_BACKGROUND + (LIGHTEST_BACKGROUND - DARKEST_BACKGROUND) * random.nextDouble();
      double[] own = noise.draw(random);
      for (int i = 0; i < own.length; i++) {
        own[i] = mean + composition.noise() * Math.sqrt(0.5) * (grey[i] + own[i]);
      }
      background[c] = own;
    }
    return background;
  }

  /** Where a garment is: the inverse of a turn, a change of size and a shift. */
  private record Placement(
      int height, int width, double middle, double cos, double sin, double down, double right) {
    static Placement draw(Composition composition, int height, int width, RandomGenerator random) {
      double angle = Math.toRadians(composition.rotation() * (2 * random.nextDouble() - 1));
      double side =
          composition.size()
              * composition.smallest()
              * StrictMath.pow(composition.largest() / composition.smallest(), random.nextDouble());
      double shift = composition.shift() * composition.size();
      double zoom = Math.max(height, width) / side;
      return new Placement(
          height,
          width,
          composition.size() / 2.0,
          zoom * StrictMath.cos(angle),
          zoom * StrictMath.sin(angle),
          shift * (2 * random.nextDouble() - 1),
          shift * (2 * random.nextDouble() - 1));
    }

    /** The garment's value, 0 to 1, at a place of the image, between its pixels bilinearly. */
    double value(byte[] garment, double y, double x) {
      double dy = y - middle - down;
      double dx = x - middle - right;
      double row = cos * dy - sin * dx + height / 2.0 - 0.5;
      double column = sin * dy + cos * dx + width / 2.0 - 0.5;
      int top = (int) Math.floor(row);
      int left = (int) Math.floor(column);
      double below = row - top;
      double beside = column - left;
      return ((1 - below)
                  * ((1 - beside) * at(garment, top, left) + beside * at(garment, top, left + 1))
              + below
                  * ((1 - beside) * at(garment, top + 1, left)
                      + beside * at(garment, top + 1, left + 1)))
          / 255;
    }

    private int at(byte[] garment, int row, int column) {
      boolean inside = row >= 0 && row < height && column >= 0 && column < width;
      return inside ? garment[row * width + column] & 0xFF : 0;
    }
  }
}
