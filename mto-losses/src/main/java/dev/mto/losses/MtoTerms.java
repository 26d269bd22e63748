package dev.mto.losses;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What {@link MaskedTokenOptimization#add} put into a graph. Losses are means over the batch of
 * per-image values, before weighting.
 *
 * @param spa L_spa (equation 3), at layer 0 unless the options name others; scalar
 * @param e L_e (equation 6); scalar
 * @param r L_r (equation 7); scalar
 * @param normPenalty the penalty on long tokens, see {@link MtoOptions#normPenalty}; scalar
 * @param weighted the weighted sum of all, to be added to the model's own loss; scalar
 * @param heterogeneity batch mean of H for layers 0 to L, in nats; scalars
 * @param heterogeneityPerImage H for layers 0 to L, in nats; each {@code [batch]}
 * @param largestSlope the largest {@code |dL_e/dH⁰| = 1/(H⁰ + ε)²} in the batch; scalar. Above some
 *     1e4 a single image rules the gradient of the batch: choose a larger ε
 */
public record MtoTerms(
    SDVariable spa,
    SDVariable e,
    SDVariable r,
    SDVariable normPenalty,
    SDVariable weighted,
    List<SDVariable> heterogeneity,
    List<SDVariable> heterogeneityPerImage,
    SDVariable largestSlope) {

  /** Copies the lists. */
  public MtoTerms {
    heterogeneity = List.copyOf(heterogeneity);
    heterogeneityPerImage = List.copyOf(heterogeneityPerImage);
  }
}
