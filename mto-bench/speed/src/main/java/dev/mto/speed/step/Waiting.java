package dev.mto.speed.step;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** What libtorch's threads do between two pieces of work. */
enum Waiting {
  /** They sleep at once. */
  PASSIVE("sleep at once"),
  /**
   * They spin for about a millisecond first. libtorch calls MKL once for every matrix of a batch,
   * and threads that have to be woken each time can take longer than the product.
   */
  SPINNING("spin briefly");

  private static final int STEPS = 3;

  private final String text;

  Waiting(String text) {
    this.text = text;
  }

  /** The faster way of waiting for a library on this machine, found by trying both. */
  static Waiting fastest(
      Blas library, BenchmarkCase benchmark, Children children, Consumer<String> progress) {
    Map<Waiting, Double> milliseconds = new EnumMap<>(Waiting.class);
    for (Waiting waiting : values()) {
      try (ChildProcess peer = children.peer(library, waiting, benchmark)) {
        milliseconds.put(waiting, Collections.min(peer.steps(STEPS)));
      }
    }
    Waiting fastest = fastest(milliseconds);
    progress.accept(
        String.format(
            Locale.ROOT,
            "%s: its threads %s (%.0f ms when they sleep at once, %.0f ms when they spin)",
            benchmark.title(library.title()),
            fastest.text,
            milliseconds.get(PASSIVE),
            milliseconds.get(SPINNING)));
    return fastest;
  }

  /** The one that takes the least time. */
  static Waiting fastest(Map<Waiting, Double> milliseconds) {
    return Collections.min(milliseconds.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  /** Puts it into the environment of a process. */
  void apply(Map<String, String> environment) {
    switch (this) {
      case PASSIVE -> {
        environment.put("OMP_WAIT_POLICY", "PASSIVE");
        environment.put("GOMP_SPINCOUNT", "0");
      }
      case SPINNING -> {
        environment.remove("OMP_WAIT_POLICY");
        environment.put("GOMP_SPINCOUNT", "20000"); // iterations
        environment.put("KMP_BLOCKTIME", "1"); // milliseconds
      }
    }
  }
}
