package dev.mto.data.mask;

import java.util.random.RandomGenerator;

/**
 * BEiT's blockwise mask (Bao et al., 2022): rectangles of a random area and shape are masked until
 * {@code target} tokens are. A rectangle is smaller than the grid on both sides, its ratio is
 * log-uniform in [0.3, 1 / 0.3], and it is refused if it masks nothing new or more than {@code
 * largest} or the tokens still missing. An image gets at least one rectangle.
 *
 * @param height tokens of the grid from top to bottom, at least 2
 * @param width tokens of the grid from left to right, at least 2
 * @param target masked tokens wanted, in [1, tokens)
 * @param smallest smallest area of a rectangle in tokens before rounding, while so many are missing
 * @param largest largest number of tokens that one rectangle adds, at least smallest
 * @param attempts draws for one rectangle after which the mask stays below its target (10 in BEiT
 *     and ConMIM), or 0 to draw until exactly {@code target} tokens are masked (BootMAE)
 */
public record BlockMaskSampler(
    int height, int width, int target, int smallest, int largest, int attempts)
    implements MaskSampler {

  public BlockMaskSampler {
    if (height < 2 || width < 2) {
      throw new IllegalArgumentException(
          "the grid of tokens is " + height + "x" + width + " but block masks need at least 2x2");
    }
    int tokens = Math.multiplyExact(height, width);
    if (target < 1 || target >= tokens) {
      throw new IllegalArgumentException(
          ("the blocks are to mask %s tokens but it must be between 1 and %s,"
                  + " one less than the grid of %sx%s has")
              .formatted(target, tokens - 1, height, width));
    }
    if (smallest < 1 || smallest > largest) {
      throw new IllegalArgumentException(
          ("the area of a block is [%s, %s] tokens but needs 1 <= smallest <= largest,"
                  + " such as [16, 60]")
              .formatted(smallest, largest));
    }
    if (attempts < 0) {
      throw new IllegalArgumentException(
          ("the attempts for a block are %s but must be at least 0:"
                  + " 10 as in BEiT, or 0 for a mask of exact size")
              .formatted(attempts));
    }
    requirePossible(height, width, Math.min(target, smallest));
  }

  private static void requirePossible(int height, int width, int largestNeeded) {
    for (int area = 1; area <= largestNeeded; area++) {
      if (!Block.possible(area, height, width)) {
        throw new IllegalArgumentException(
            ("no block of %s tokens is smaller than the grid of %sx%s tokens on both sides:"
                    + " lower the smallest area of a block below %s")
                .formatted(area, height, width, area));
      }
    }
  }

  /** N, tokens of the grid. */
  public int tokens() {
    return height * width;
  }

  @Override
  public Mask sample(RandomGenerator image, RandomGenerator step) {
    return Mask.of(draw(image));
  }

  /** [N], true = masked. */
  boolean[] draw(RandomGenerator random) {
    boolean[] masked = new boolean[tokens()];
    int count = 0;
    int failures = 0;
    while (count < target && mayTry(count, failures)) {
      int added = tryBlock(masked, Math.min(largest, target - count), random);
      count += added;
      failures = added > 0 ? 0 : failures + 1;
    }
    return masked;
  }

  private boolean mayTry(int count, int failures) {
    return attempts == 0 || count == 0 || failures < attempts;
  }

  /** Tokens newly masked; 0 if the drawn block is refused. */
  private int tryBlock(boolean[] masked, int most, RandomGenerator random) {
    Block block = Block.draw(smallest, most, random);
    if (!block.fits(height, width)) {
      return 0;
    }
    int top = random.nextInt(height - block.height() + 1);
    int left = random.nextInt(width - block.width() + 1);
    int added = 0;
    for (int i = 0; i < block.height() * block.width(); i++) {
      added += masked[token(block, top, left, i)] ? 0 : 1;
    }
    if (added > most) {
      return 0;
    }
    for (int i = 0; i < block.height() * block.width(); i++) {
      masked[token(block, top, left, i)] = true;
    }
    return added;
  }

  private int token(Block block, int top, int left, int i) {
    return (top + i / block.width()) * width + left + i % block.width();
  }

  /** A rectangle of tokens of BEiT's mask: its size from an area and a ratio height / width. */
  record Block(int height, int width) {
    private static final double MAX_LOG_RATIO = Math.log(1 / 0.3);

    static Block of(double area, double ratio) {
      return new Block(
          (int) Math.rint(Math.sqrt(area * ratio)), (int) Math.rint(Math.sqrt(area / ratio)));
    }

    /** Area uniform between two bounds in any order, ratio log-uniform in [0.3, 1 / 0.3]. */
    static Block draw(int area, int otherArea, RandomGenerator random) {
      double drawn = area + (otherArea - area) * random.nextDouble();
      return of(drawn, Math.exp(MAX_LOG_RATIO * (2 * random.nextDouble() - 1)));
    }

    /**
     * Whether blocks of an area can come out with at most that many tokens and smaller than the
     * grid on both sides. Such a block can be placed on any token and masks no more than the area.
     */
    static boolean possible(int area, int gridHeight, int gridWidth) {
      int steps = 256;
      for (int i = 0; i < steps; i++) {
        Block block = of(area, Math.exp(MAX_LOG_RATIO * (2 * (i + 0.5) / steps - 1)));
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
}
