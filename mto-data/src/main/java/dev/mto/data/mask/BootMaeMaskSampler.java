package dev.mto.data.mask;

import java.util.random.RandomGenerator;

/**
 * BootMAE's mask (Dong et al., 2022): tokens in random order, those of a block mask behind all
 * others; the row is rolled right by 0 to 3, one roll for a whole optimizer step, and the last
 * {@code masked} of it are masked. So up to three tokens of the blocks become visible, and random
 * tokens fill up the blocks.
 *
 * @param blocks draws the block mask
 * @param masked masked tokens of every image, in [1, tokens)
 */
public record BootMaeMaskSampler(BlockMaskSampler blocks, int masked) implements MaskSampler {
  private static final int ROLLS = 4;

  public BootMaeMaskSampler {
    if (masked < 1 || masked >= blocks.tokens()) {
      throw new IllegalArgumentException(
          ("the masked tokens are %s but must be between 1 and %s, one less than the grid has:"
                  + " change the mask ratio")
              .formatted(masked, blocks.tokens() - 1));
    }
  }

  @Override
  public Mask sample(RandomGenerator image, RandomGenerator step) {
    boolean[] blockMask = blocks.draw(image);
    double[] uniform = image.doubles(blocks.tokens()).toArray();
    return mask(order(blockMask, uniform, step.nextInt(ROLLS)));
  }

  /**
   * The tokens in the order in which they are taken as visible: by {@code 1 - ((1 - block) +
   * uniform)} ascending, then rolled right.
   *
   * @param blockMask [N], true = in a block
   * @param uniform [N] in [0, 1)
   * @param roll places by which the row moves right, its end wrapping to the front
   * @return [N] token indices
   * @throws IllegalArgumentException if a row has not one value for each token or the roll is
   *     negative
   */
  public int[] order(boolean[] blockMask, double[] uniform, int roll) {
    int tokens = blocks.tokens();
    NoiseRow.requireLength("block mask", blockMask.length, tokens);
    NoiseRow.requireLength("uniform row", uniform.length, tokens);
    if (roll < 0) {
      throw new IllegalArgumentException("the roll is " + roll + " but must be at least 0");
    }
    double[] keys = new double[tokens];
    for (int i = 0; i < tokens; i++) {
      keys[i] = 1 - ((blockMask[i] ? 0 : 1) + uniform[i]);
    }
    int[] ranked = NoiseRow.ascending(keys);
    int[] rolled = new int[tokens];
    for (int i = 0; i < tokens; i++) {
      rolled[(int) (((long) i + roll) % tokens)] = ranked[i];
    }
    return rolled;
  }

  /**
   * The mask of an order of the tokens.
   *
   * @param order [N], the indices 0 … N-1, those to mask last
   * @throws IllegalArgumentException if it has not one index for each token
   */
  public Mask mask(int[] order) {
    NoiseRow.requireLength("order", order.length, blocks.tokens());
    return Mask.ofLast(order, masked);
  }
}
