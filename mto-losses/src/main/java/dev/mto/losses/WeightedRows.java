package dev.mto.losses;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** The weighted sum of one value a token. */
final class WeightedRows {

  private WeightedRows() {}

  /** (B, N, 1) values and (B, N) weights to (B) sums. */
  static SDVariable sum(SDVariable values, SDVariable weights) {
    SameDiff sd = values.getSameDiff();
    SDVariable sums = sd.mmul(sd.expandDims(weights, 1), values); // (B, 1, N) (B, N, 1)
    return sd.reshape(sums, -1);
  }
}
