package dev.mto.losses;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;

/**
 * Entropy of the softmax of each row of scores, {@code log Z - sum(p u)} with the scores u shifted
 * by their row's maximum: finite for scores of any size, and without the cancellation of nearly
 * uniform rows.
 *
 * <p>Its derivative to the scores is {@code -p (u - sum(p u))}, which is the derivative through p
 * alone: the one through log Z and the one through u cancel exactly. So both are held constant,
 * which halves the backward pass. {@link StopGradient} only multiplies a gradient by zero and still
 * runs the backward pass before it, most of which is slower than all else here; where that would be
 * long, values pass through an integer, which ends the differentiable path.
 *
 * <p>{@link PlainAffinity#entropy} is the same for one row, without gradients and in ten lines.
 */
final class RowEntropy {

  /** Steps of 1/16 cover a row maximum of up to 5e17. */
  private static final double COARSE = 16;

  /** Steps of 2^-52 cover a log Z of up to 2048 nats. */
  private static final double FINE = 0x1p52;

  private RowEntropy() {}

  /** (B, N, N) scores, without the excluded pairs, to (B, N, 1) entropies in nats. */
  static SDVariable of(SDVariable scores, TokenSets sets) {
    SameDiff sd = scores.getSameDiff();
    SDVariable allowed = scores.add(sets.excluded());
    SDVariable max = allowed.max(true, 2); // (B, N, 1)
    SDVariable shift = constant(max, COARSE);
    SDVariable row = sd.expandDims(sets.ones(), 1); // (B, 1, N)
    SDVariable column = sd.expandDims(sets.ones(), 2); // (B, N, 1)

    // Products with ones instead of broadcasts and reductions, whose gradients are slow in ND4J.
    SDVariable shifted = allowed.sub(sd.mmul(shift, row));
    SDVariable p = sd.nn().softmax(shifted, -1);
    SDVariable logZ = constant(max.sub(shift).sub(sd.math().log(p.max(true, 2))), FINE);
    SDVariable expected = sd.mmul(p.mul(stopGradient(sd, shifted)), column);
    return logZ.sub(expected);
  }

  private static SDVariable constant(SDVariable x, double steps) {
    return x.mul(steps).castTo(DataType.INT64).castTo(x.dataType()).div(steps);
  }

  private static SDVariable stopGradient(SameDiff sd, SDVariable x) {
    return new StopGradient(sd, x).outputVariable();
  }
}
