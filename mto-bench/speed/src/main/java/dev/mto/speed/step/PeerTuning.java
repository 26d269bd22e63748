package dev.mto.speed.step;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Finds libtorch's best settings on this machine by trying them. */
final class PeerTuning {
  private static final int STEPS = 3;

  private final Children children;
  private final CaseFiles files;
  private final Consumer<String> progress;

  PeerTuning(Children children, CaseFiles files, Consumer<String> progress) {
    this.children = children;
    this.files = files;
    this.progress = progress;
  }

  /** The faster way of waiting for each library. */
  Map<Blas, Waiting> fastest(List<Blas> libraries) {
    Map<Blas, Waiting> fastest = new EnumMap<>(Blas.class);
    for (Blas library : libraries) {
      Map<Waiting, Double> milliseconds = new EnumMap<>(Waiting.class);
      for (Waiting waiting : Waiting.values()) {
        try (ChildProcess peer =
            children.peer(library, waiting, files.peerCase(), files.inputs())) {
          milliseconds.put(waiting, Collections.min(peer.steps(STEPS)));
        }
      }
      Waiting best = fastest(milliseconds);
      progress.accept(
          String.format(
              Locale.ROOT,
              "%s: its threads %s (%.0f ms when they sleep at once, %.0f ms when they spin)",
              library.title(),
              best.text(),
              milliseconds.get(Waiting.PASSIVE),
              milliseconds.get(Waiting.SPINNING)));
      fastest.put(library, best);
    }
    return fastest;
  }

  /** The one that takes the least time. */
  static Waiting fastest(Map<Waiting, Double> milliseconds) {
    return Collections.min(milliseconds.entrySet(), Map.Entry.comparingByValue()).getKey();
  }
}
