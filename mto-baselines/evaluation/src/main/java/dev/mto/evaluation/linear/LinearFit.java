package dev.mto.evaluation.linear;

import java.util.Locale;

/**
 * How a linear classifier was fitted.
 *
 * @param c inverse strength C of the penalty |W|² / (2 C n)
 * @param heldOutTop1 share of held-out training images that it classified right when C was chosen;
 *     null where C was given
 * @param objective mean cross-entropy plus penalty, in nats
 * @param gradientNorm Euclidean norm of the objective's gradient that was reached
 * @param iterations of L-BFGS in the last fit
 * @param trainingTop1 share of all training images that it classifies right
 */
public record LinearFit(
    double c,
    Double heldOutTop1,
    double objective,
    double gradientNorm,
    int iterations,
    double trainingTop1) {

  /** For people, in one line. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "C %.3g%s, gradient norm %.1e after %d iterations, training top-1 %.2f %%",
        c,
        heldOutTop1 == null
            ? ""
            : String.format(Locale.ROOT, " (held-out top-1 %.2f %%)", 100 * heldOutTop1),
        gradientNorm,
        iterations,
        100 * trainingTop1);
  }
}
