package dev.mto.executor.plan;

import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import java.util.LinkedHashMap;
import java.util.Map;

/** Time spent in each kind of operation. */
public final class PlanProfile {
  private final Map<String, Long> nanoseconds = new LinkedHashMap<>();

  void measure(String name, Kernels kernels, Kernel kernel) {
    long from = System.nanoTime();
    kernel.run();
    kernels.finish();
    nanoseconds.merge(name, System.nanoTime() - from, Long::sum);
  }

  /** Milliseconds by kind of operation since the start, the most expensive first. */
  public Map<String, Double> milliseconds() {
    Map<String, Double> sorted = new LinkedHashMap<>();
    nanoseconds.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue() / 1e6));
    return sorted;
  }
}
