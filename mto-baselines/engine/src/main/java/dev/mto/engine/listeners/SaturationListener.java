package dev.mto.engine.listeners;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Warns once when heterogeneity of the initial embedding has stood at one of its ends for 100
 * measurements in a row, where L_e has no gradient: at ln V it is optimal already, at 0 it has
 * collapsed.
 */
public final class SaturationListener implements TrainingListener {
  private static final int MEASUREMENTS = 100;
  private static final double NEAR = 1e-3;

  private final Consumer<String> warn;
  private final Map<String, Count> groups = new HashMap<>();

  /** Warns through {@code warn}, once a token group and end. */
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
    private final Stand bound = new Stand();
    private final Stand zero = new Stand();

    Count(String group) {
      where = group.isEmpty() ? "layer 0" : "layer 0 of group " + group;
    }

    void add(long step, double first, double ln) {
      if (bound.add(step, ln - first < NEAR)) {
        warn.accept(
            String.format(
                Locale.ROOT,
                "note: heterogeneity of %s has stood at its bound ln V = %.3f nats for %d steps:"
                    + " L_e is at its optimum and has no gradient (mto.normalise: l2 with a"
                    + " low mto.temperature changes that)",
                where,
                ln,
                bound.steps(step)));
      }
      if (zero.add(step, first < NEAR && ln >= NEAR)) {
        warn.accept(
            "warning: heterogeneity of "
                + where
                + " has been 0 for "
                + zero.steps(step)
                + " steps: the affinities are saturated and L_e has no gradient; try mto.scale:"
                + " sqrt_dim, mto.normalise: l2 or a higher mto.temperature");
      }
    }
  }

  /** How long something has held without a break. */
  private static final class Stand {
    private long begun;
    private int held;
    private boolean told;

    /** Whether it has now held for long enough, the first time. */
    boolean add(long step, boolean holds) {
      begun = held == 0 ? step : begun;
      held = holds ? held + 1 : 0;
      boolean tell = held == MEASUREMENTS && !told;
      told |= tell;
      return tell;
    }

    long steps(long step) {
      return step - begun + 1;
    }
  }
}
