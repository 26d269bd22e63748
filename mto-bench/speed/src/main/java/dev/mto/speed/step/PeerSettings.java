package dev.mto.speed.step;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * How libtorch runs.
 *
 * @param waiting what its threads do between two pieces of work
 * @param avx512 whether OpenBLAS is told to multiply by AVX-512. One that is older than the
 *     processor takes it for an earlier one and multiplies by AVX2, at half the rate.
 */
record PeerSettings(Waiting waiting, boolean avx512) {
  /** What it starts with. */
  static final PeerSettings USUAL = new PeerSettings(Waiting.PASSIVE, false);

  private static final String CORE_TYPE = "OPENBLAS_CORETYPE";
  private static final int STEPS = 3;

  /** The fastest for a library on this machine, found by trying. */
  static PeerSettings fastest(
      Blas library,
      BenchmarkCase benchmark,
      Children children,
      boolean hasAvx512,
      Consumer<String> progress) {
    Map<PeerSettings, Double> milliseconds = new LinkedHashMap<>();
    for (Waiting waiting : Waiting.values()) {
      measure(new PeerSettings(waiting, false), library, benchmark, children, milliseconds);
    }
    if (library == Blas.OPENBLAS && hasAvx512) {
      PeerSettings best = fastest(milliseconds);
      measure(new PeerSettings(best.waiting(), true), library, benchmark, children, milliseconds);
    }
    PeerSettings fastest = fastest(milliseconds);
    progress.accept(
        "%s: its threads %s (%s)"
            .formatted(
                benchmark.title(library.title()),
                fastest.text(),
                milliseconds.entrySet().stream()
                    .map(
                        tried ->
                            String.format(
                                Locale.ROOT,
                                "%.0f ms when they %s",
                                tried.getValue(),
                                tried.getKey().text()))
                    .collect(Collectors.joining(", "))));
    return fastest;
  }

  private static void measure(
      PeerSettings settings,
      Blas library,
      BenchmarkCase benchmark,
      Children children,
      Map<PeerSettings, Double> milliseconds) {
    try (ChildProcess peer = children.peer(library, settings, benchmark)) {
      milliseconds.put(settings, Collections.min(peer.steps(STEPS)));
    }
  }

  /** The one that takes the least time. */
  static PeerSettings fastest(Map<PeerSettings, Double> milliseconds) {
    return Collections.min(milliseconds.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  private String text() {
    return waiting.text() + (avx512 ? " and multiply by AVX-512" : "");
  }

  /** Puts them into the environment of a process. */
  void apply(Map<String, String> environment) {
    waiting.apply(environment);
    environment.remove(CORE_TYPE); // what somebody chose for another program
    if (avx512) {
      environment.put(CORE_TYPE, "SKYLAKEX");
    }
  }
}
