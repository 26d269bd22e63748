package dev.mto.data.mask;

import java.util.random.RandomGenerator;

/**
 * MAE's mask: tokens are ranked by uniform noise and the first {@code (int) (tokens * (1 - ratio))}
 * stay visible (He et al., 2022). The product is truncated in double precision as the official
 * implementation does, so 10 tokens at 0.8 keep one.
 *
 * @param tokens N, tokens of an image
 * @param ratio share of the tokens that are masked, in (0, 1)
 */
public record MaeMaskSampler(int tokens, double ratio) implements MaskSampler {

  public MaeMaskSampler {
    if (tokens < 2) {
      throw new IllegalArgumentException(
          "the image has " + tokens + " tokens but needs at least 2: use a smaller patch");
    }
    if (!(ratio > 0 && ratio < 1)) {
      throw new IllegalArgumentException(
          "the mask ratio is %s but must be between 0 and 1, both excluded, such as 0.75"
              .formatted(ratio));
    }
    int visible = (int) (tokens * (1 - ratio));
    if (visible == 0) {
      throw new IllegalArgumentException(
          "the mask ratio " + ratio + " masks all " + tokens + " tokens: lower the ratio");
    }
    if (visible == tokens) {
      throw new IllegalArgumentException(
          "the mask ratio " + ratio + " masks none of the " + tokens + " tokens: raise the ratio");
    }
  }

  /** Visible tokens of every image. */
  public int visibleTokens() {
    return (int) (tokens * (1 - ratio));
  }

  /** Masked tokens of every image. */
  public int maskedTokens() {
    return tokens - visibleTokens();
  }

  /**
   * The mask of a given row of noise: the tokens of the smallest values are visible, the earlier
   * token where values are equal.
   *
   * @param noise [N]
   * @throws IllegalArgumentException if there is not one value for each token
   */
  public Mask rank(double[] noise) {
    NoiseRow.requireLength("noise", noise.length, tokens);
    return Mask.ofLast(NoiseRow.ascending(noise), maskedTokens());
  }

  @Override
  public Mask sample(RandomGenerator image, RandomGenerator step) {
    return rank(image.doubles(tokens).toArray());
  }
}
