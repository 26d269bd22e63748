package dev.mto.engine.graph;

import java.util.Locale;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How much of a batch is masked.
 *
 * @param masked masked tokens of an image, mean over the batch
 * @param tokens N
 * @param bound mean of ln V in nats, the largest value that H can have
 */
public record Masking(double masked, int tokens, double bound) {
  /** Counts a mask [B, N], 1 = masked. */
  public static Masking of(INDArray mask) {
    float[] all = mask.data().asFloat();
    int tokens = (int) mask.size(1);
    double bound = 0;
    double masked = 0;
    for (int first = 0; first < all.length; first += tokens) {
      int visible = 0;
      for (int i = first; i < first + tokens; i++) {
        visible += all[i] == 0 ? 1 : 0;
      }
      bound += Math.log(visible);
      masked += tokens - visible;
    }
    long images = mask.size(0);
    return new Masking(masked / images, tokens, bound / images);
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
