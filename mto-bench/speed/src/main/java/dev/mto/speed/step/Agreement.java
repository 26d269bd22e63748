package dev.mto.speed.step;

import java.util.Locale;

/**
 * How well a step of this project and one of libtorch agree on the same weights, images and masks.
 *
 * @param loss ours
 * @param peerLoss libtorch's
 * @param gradientError {@code ||g - g'|| / ||g'||} over all parameters, g' being libtorch's
 * @param worst the parameter that has the largest part in it
 */
record Agreement(double loss, double peerLoss, double gradientError, String worst) {
  /** Largest relative difference of the losses. */
  static final double LOSS_TOLERANCE = 1e-4;

  /** Largest relative error of the gradients. */
  static final double GRADIENT_TOLERANCE = 1e-3;

  /** Relative difference of the losses. */
  double lossDifference() {
    return loss == peerLoss ? 0 : Math.abs(loss - peerLoss) / Math.abs(peerLoss);
  }

  /**
   * Refuses what is not the same work.
   *
   * @param what was compared, e.g. {@code simmim-vit-tiny and libtorch MKL}
   * @throws BenchmarkFailure when they differ by more than rounding
   */
  void require(String what) {
    if (!(lossDifference() <= LOSS_TOLERANCE)) {
      throw new BenchmarkFailure(
          String.format(
              Locale.ROOT,
              "%s: losses %.7g and %.7g differ by %.2g, more than %.0e: not the same work, nothing"
                  + " was timed",
              what,
              loss,
              peerLoss,
              lossDifference(),
              LOSS_TOLERANCE));
    }
    if (!(gradientError <= GRADIENT_TOLERANCE)) {
      throw new BenchmarkFailure(
          String.format(
              Locale.ROOT,
              "%s: gradients differ by %.2g, more than %.0e, most in %s: not the same work, nothing"
                  + " was timed",
              what,
              gradientError,
              GRADIENT_TOLERANCE,
              worst));
    }
  }
}
