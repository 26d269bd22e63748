package dev.mto.bootmae;

import dev.mto.models.Rows;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Layer normalisation without gain and bias: (x - mean)/√(variance + 1e-6), with the biased
 * variance.
 *
 * @param rows of the graph and its type
 * @param dim D
 */
record Standardisation(Rows rows, int dim) {
  private static final double EPSILON = 1e-6;

  /** Normalises each row of {@code x} [R, D]. */
  SDVariable apply(SDVariable x) {
    SDVariable mean = rows.mean(dim);
    SDVariable across = rows.ones(dim);
    SDVariable centred = x.sub(x.mmul(mean).mmul(across));
    SDVariable variance = centred.mul(centred).mmul(mean);
    SDVariable inverse = x.getSameDiff().math().pow(variance.add(EPSILON), -0.5);
    return centred.mul(inverse.mmul(across));
  }
}
