package dev.mto.engine.run;

import java.util.Locale;
import java.util.function.Consumer;

/**
 * Warns once, after 100 steps, when heterogeneity of the initial embedding stands at one of its
 * ends, where L_e has no gradient: at ln V it is optimal already, at 0 it has collapsed.
 */
final class SaturationListener implements RunListener {
  private static final int STEPS = 100;
  private static final double NEAR = 1e-3;

  private final Consumer<String> warn;
  private int seen;
  private int atBound;
  private int atZero;

  SaturationListener(Consumer<String> warn) {
    this.warn = warn;
  }

  @Override
  public void stepDone(StepMetrics row) {
    if (seen >= STEPS || !(row.values().get("heterogeneity") instanceof double[] h)) {
      return;
    }
    double bound = row.number("heterogeneity.bound");
    seen++;
    atBound += bound - h[0] < NEAR ? 1 : 0;
    atZero += h[0] < NEAR ? 1 : 0;
    if (seen == STEPS && atBound == STEPS) {
      warn.accept(
          String.format(
              Locale.ROOT,
              "note: heterogeneity of layer 0 has stood at its bound ln V = %.3f nats for %d steps:"
                  + " L_e is at its optimum and has no gradient (mto.scale and mto.normalise"
                  + " change that)",
              bound,
              STEPS));
    } else if (seen == STEPS && atZero == STEPS) {
      warn.accept(
          "warning: heterogeneity of layer 0 has been 0 for "
              + STEPS
              + " steps: the affinities are saturated and L_e has no gradient; try mto.scale:"
              + " sqrt_dim or mto.normalise: l2");
    }
  }
}
