package dev.mto.engine.listeners;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.hooks.RunEnd;
import dev.mto.engine.hooks.RunListener;
import dev.mto.engine.hooks.RunStart;
import dev.mto.engine.hooks.RunStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunHooksTest {
  private final List<String> told = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /** Writes down what it is told. */
  private final class Notes implements RunListener {
    @Override
    public void began(RunStart run) {
      told.add("began at " + run.step() + " of " + run.steps());
    }

    @Override
    public void stepDone(RunStep step) {
      told.add("step " + step.step() + " " + step.numbers() + " " + step.layers());
    }

    @Override
    public void epochMeasured(int epoch, RunStep lastStep) {
      told.add("epoch " + epoch + " after step " + lastStep.step());
    }

    @Override
    public void checkpointSaved(Path file, long step) {
      told.add(file + " at " + step);
    }

    @Override
    public void ended(RunEnd end) {
      told.add(end.outcome() + end.reason());
    }
  }

  /** As one that was compiled against another version. */
  private static final class Outdated implements RunListener {
    @Override
    public void stepDone(RunStep step) {
      throw new NoSuchMethodError("RunStep.loss()");
    }

    @Override
    public void ended(RunEnd end) {
      throw new IllegalStateException("again");
    }
  }

  /** As one of a language without checked exceptions. */
  private static final class Undeclared implements RunListener {
    @Override
    public void stepDone(RunStep step) {
      Undeclared.<IllegalStateException>raise(new IOException("server down"));
    }

    @Override
    public void ended(RunEnd end) {
      throw new AssertionError("not ended");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> void raise(Exception e) throws E {
      throw (E) e;
    }
  }

  private void run(RunHooks hooks) {
    hooks.began(new RunStart(Path.of("run"), Map.of(), 0, 2, 1));
    hooks.stepDone(new StepMetrics(1, .5, Map.of("loss", 2, "heterogeneity", new double[] {3, 1})));
    hooks.epochDone(0);
    hooks.saved(Path.of("last"), 1);
    hooks.ended(new RunEnd(RunEnd.Outcome.STOPPED, ""));
  }

  @Test
  void listenersAreToldInOrder() {
    run(new RunHooks(List.of(new Notes()), warnings::add));

    assertThat(told)
        .containsExactly(
            "began at 0 of 2",
            "step 1 {loss=2.0} {heterogeneity=[3.0, 1.0]}",
            "epoch 1 after step 1",
            "last at 1",
            "STOPPED");
    assertThat(warnings).isEmpty();
  }

  @Test
  void whateverItThrowsDoesNotEndTheRun() {
    run(new RunHooks(List.of(new Undeclared(), new Notes()), warnings::add));

    assertThat(told).hasSize(5);
    assertThat(warnings).singleElement().asString().contains("server down");
  }

  @Test
  void oneThatFailsIsWarnedOfOnceAndOthersAreToldAllTheSame() {
    run(new RunHooks(List.of(new Outdated(), new Notes()), warnings::add));

    assertThat(told).hasSize(5);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("the listener " + Outdated.class.getName() + " failed", "RunStep.loss()");
  }
}
