package dev.mto.data.mask;

import java.util.random.RandomGenerator;

/** A rectangle of tokens of BEiT's mask: its size from an area and a ratio height / width. */
record MaskBlock(int height, int width) {
  private static final double MAX_LOG_RATIO = Math.log(1 / 0.3);

  static MaskBlock of(double area, double ratio) {
    return new MaskBlock(
        (int) Math.rint(Math.sqrt(area * ratio)), (int) Math.rint(Math.sqrt(area / ratio)));
  }

  /** Area uniform between two bounds in any order, ratio log-uniform in [0.3, 1 / 0.3]. */
  static MaskBlock draw(int area, int otherArea, RandomGenerator random) {
    double drawn = area + (otherArea - area) * random.nextDouble();
    return of(drawn, Math.exp(MAX_LOG_RATIO * (2 * random.nextDouble() - 1)));
  }

  /**
   * Whether blocks of an area can come out with at most that many tokens and smaller than the grid
   * on both sides. Such a block can be placed on any token and masks no more than the area.
   */
  static boolean possible(int area, int gridHeight, int gridWidth) {
    int steps = 256;
    for (int i = 0; i < steps; i++) {
      MaskBlock block = of(area, Math.exp(MAX_LOG_RATIO * (2 * (i + 0.5) / steps - 1)));
      if (block.fits(gridHeight, gridWidth) && block.height * block.width <= area) {
        return true;
      }
    }
    return false;
  }

  boolean fits(int gridHeight, int gridWidth) {
    return height < gridHeight && width < gridWidth;
  }
}
