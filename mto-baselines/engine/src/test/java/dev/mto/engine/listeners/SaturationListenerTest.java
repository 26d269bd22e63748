package dev.mto.engine.listeners;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SaturationListenerTest {
  private static final double BOUND = Math.log(24);

  private final List<String> told = new ArrayList<>();
  private final SaturationListener listener = new SaturationListener(told::add);
  private long step;

  /** Measurements, every second step, of the same heterogeneity of the initial embedding. */
  private void measured(int times, double first) {
    for (int i = 0; i < times; i++) {
      step += 2;
      listener.stepDone(
          new StepMetrics(
              step,
              0,
              Map.of("heterogeneity", new double[] {first, 0}, "heterogeneity.bound", BOUND)));
    }
  }

  @Test
  void aCollapseThatComesLaterIsToldOnceItHasLasted() {
    measured(150, 0.5);
    measured(99, 0);
    assertThat(told).isEmpty();

    measured(1, 0);
    assertThat(told).singleElement().asString().contains("layer 0 has been 0 for 199 steps");

    measured(1, 0.5);
    measured(200, 0);
    assertThat(told).as("once").hasSize(1);
  }

  @Test
  void aSingleVisibleTokenHasNothingToCollapse() {
    for (int step = 1; step <= 100; step++) {
      Map<String, Object> row =
          Map.of("heterogeneity", new double[] {0, 0}, "heterogeneity.bound", 0.0);
      listener.stepDone(new StepMetrics(step, 0, row));
    }

    assertThat(told).singleElement().asString().startsWith("note: ");
  }

  @Test
  void aBreakBeginsTheCountAnew() {
    measured(99, BOUND);
    measured(1, BOUND - 0.01);
    measured(99, BOUND);
    assertThat(told).isEmpty();

    measured(1, BOUND);
    assertThat(told).singleElement().asString().contains("at its bound ln V = 3.178 nats");
  }
}
