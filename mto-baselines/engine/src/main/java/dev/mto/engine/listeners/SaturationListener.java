package dev.mto.engine.listeners;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Warns once, after 100 measurements in a row, when heterogeneity of the initial embedding stands
 * at one of its ends, where L_e has no gradient: at ln V it is optimal already, at 0 it has
 * collapsed.
 */
public final class SaturationListener implements TrainingListener {
  private static final int MEASUREMENTS = 100;
  private static final double NEAR = 1e-3;

  private final Consumer<String> warn;
  private final Map<String, Count> groups = new HashMap<>();

  /** Warns through {@code warn}, once a token group. */
  public SaturationListener(Consumer<String> warn) {
    this.warn = warn;
  }

  @Override
  public void stepDone(StepMetrics row) {
    double bound = row.number("heterogeneity.bound");
    row.heterogeneity()
        .forEach(
            (group, h) -> groups.computeIfAbsent(group, Count::new).add(row.step(), h[0], bound));
  }

  private final class Count {
    private final String where;
    private long begun;
    private int seen;
    private int atBound;
    private int atZero;

    Count(String group) {
      where = group.isEmpty() ? "layer 0" : "layer 0 of group " + group;
    }

    void add(long step, double first, double bound) {
      if (seen == MEASUREMENTS) {
        return;
      }
      begun = seen == 0 ? step : begun;
      seen++;
      atBound += bound - first < NEAR ? 1 : 0;
      atZero += first < NEAR ? 1 : 0;
      if (seen == MEASUREMENTS) {
        tell(bound, step - begun + 1);
      }
    }

    private void tell(double bound, long steps) {
      if (atBound == MEASUREMENTS) {
        warn.accept(
            String.format(
                Locale.ROOT,
                "note: heterogeneity of %s has stood at its bound ln V = %.3f nats for %d steps:"
                    + " L_e is at its optimum and has no gradient (mto.normalise: l2 with a"
                    + " low mto.temperature changes that)",
                where,
                bound,
                steps));
      } else if (atZero == MEASUREMENTS) {
        warn.accept(
            "warning: heterogeneity of "
                + where
                + " has been 0 for "
                + steps
                + " steps: the affinities are saturated and L_e has no gradient; try mto.scale:"
                + " sqrt_dim, mto.normalise: l2 or a higher mto.temperature");
      }
    }
  }
}
