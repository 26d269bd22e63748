package dev.mto.engine.graph;

import dev.mto.data.mask.Mask;
import java.util.List;
import java.util.Locale;

/**
 * How much of a batch is masked.
 *
 * @param masked masked tokens of an image, mean over the batch
 * @param tokens N
 * @param bound mean of ln V in nats, the largest value that H can have
 */
public record Masking(double masked, int tokens, double bound) {
  /** Counts the masks of a batch. */
  public static Masking of(List<Mask> masks) {
    double bound = 0;
    double masked = 0;
    for (Mask mask : masks) {
      bound += Math.log(mask.visible().length);
      masked += mask.maskedCount();
    }
    return new Masking(masked / masks.size(), masks.get(0).tokens(), bound / masks.size());
  }

  /** Share of the tokens that are masked. */
  public double ratio() {
    return masked / tokens;
  }

  /** Base, mask ratio and bound of heterogeneity, for people. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "natural logarithm (nats), mask ratio %.3f (%s of %d tokens), bound ln V = %.4f",
        ratio(),
        masked == Math.rint(masked) ? String.valueOf((long) masked) : String.valueOf(masked),
        tokens,
        bound);
  }
}
