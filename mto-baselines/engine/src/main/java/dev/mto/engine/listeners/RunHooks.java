package dev.mto.engine.listeners;

import dev.mto.engine.hooks.RunEnd;
import dev.mto.engine.hooks.RunListener;
import dev.mto.engine.hooks.RunStart;
import dev.mto.engine.hooks.RunStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/** Tells the listeners of other programs, none of which can end a run. */
public final class RunHooks implements TrainingListener {
  private final List<RunListener> listeners;
  private final Consumer<String> warn;
  private final Set<String> warned = new HashSet<>();
  private RunStep last;

  RunHooks(List<RunListener> listeners, Consumer<String> warn) {
    this.listeners = List.copyOf(listeners);
    this.warn = warn;
  }

  /** Those that are found as services; one that cannot be made is warned of and left out. */
  public static RunHooks found(Consumer<String> warn) {
    List<RunListener> listeners = new ArrayList<>();
    Iterator<RunListener> services = ServiceLoader.load(RunListener.class).iterator();
    while (true) {
      try {
        if (!services.hasNext()) {
          return new RunHooks(listeners, warn);
        }
        listeners.add(services.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        warn.accept("warning: a listener is left out: " + e.getMessage());
      }
    }
  }

  /** Tells of the beginning. */
  public void began(RunStart run) {
    tell(listener -> listener.began(run));
  }

  @Override
  public void stepDone(StepMetrics row) {
    RunStep step = step(row);
    last = step;
    tell(listener -> listener.stepDone(step));
  }

  private static RunStep step(StepMetrics row) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    Map<String, List<Double>> layers = new LinkedHashMap<>();
    row.values()
        .forEach(
            (name, value) -> {
              if (value instanceof Number number) {
                numbers.put(name, number.doubleValue());
              } else if (value instanceof double[] each) {
                layers.put(name, DoubleStream.of(each).boxed().toList());
              }
            });
    return new RunStep(row.step(), row.epoch(), numbers, layers);
  }

  @Override
  public void epochDone(int epoch) {
    RunStep step = last;
    tell(listener -> listener.epochMeasured(epoch + 1, step));
  }

  /** Tells of a checkpoint, and of the steps done when it was saved. */
  public void saved(Path file, long step) {
    tell(listener -> listener.checkpointSaved(file, step));
  }

  /** Tells of the end. */
  public void ended(RunEnd end) {
    tell(listener -> listener.ended(end));
  }

  /**
   * Whatever a listener throws, also where its jar was made for other versions of libraries, or in
   * a language without checked exceptions; but where memory is out, all ends.
   */
  private void tell(Consumer<RunListener> what) {
    for (RunListener listener : listeners) {
      try {
        what.accept(listener);
      } catch (Throwable e) {
        if (e instanceof OutOfMemoryError exhausted) {
          throw exhausted;
        }
        String name = listener.getClass().getName();
        if (warned.add(name)) {
          warn.accept(
              "warning: the listener %s failed (%s); the run goes on, and further failures of it are not named"
                  .formatted(name, e));
        }
      }
    }
  }
}
