package dev.mto.speed.input;

import dev.mto.data.folder.ImageFolder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Rounds in which our pipeline on one thread, on several, and the peer take turns, so that a noisy
 * machine is fair to all.
 */
final class InputBenchmark {
  /** The best that one case came to so far. */
  private static final class Best {
    private Reading single;
    private Reading threaded;
    private Double peer;
  }

  private final ImageFolder folder;
  private final int threads;
  private final boolean reduced;
  private final Optional<TorchvisionPeer> peer;
  private final Map<InputCase, Best> best = new LinkedHashMap<>();

  InputBenchmark(ImageFolder folder, int threads, boolean reduced, Optional<TorchvisionPeer> peer) {
    this.folder = folder;
    this.threads = threads;
    this.reduced = reduced;
    this.peer = peer;
    InputCase.all().forEach(input -> best.put(input, new Best()));
  }

  /** The best of {@code rounds} rounds after one that does not count, one result a case. */
  List<InputResult> run(int rounds) {
    best.keySet().forEach(input -> read(input, threads, 0));
    for (int round = 0; round < rounds; round++) {
      for (InputCase input : best.keySet()) {
        Best so = best.get(input);
        so.single = best(Reading::imagesPerCoreSecond, so.single, read(input, 1, round));
        so.threaded = best(Reading::imagesPerSecond, so.threaded, read(input, threads, round));
      }
      peer.ifPresent(this::round);
    }
    List<InputResult> results = new ArrayList<>();
    best.forEach((input, so) -> results.add(result(input, so)));
    return results;
  }

  private void round(TorchvisionPeer torchvision) {
    Map<String, Double> rates = torchvision.imagesPerCoreSecond(folder.root());
    best.forEach(
        (input, so) -> {
          double rate = rates.get(input.name());
          so.peer = so.peer == null ? rate : Math.max(so.peer, rate);
        });
  }

  private Reading read(InputCase input, int workers, int round) {
    return Reading.of(folder, input, workers, reduced, round);
  }

  private static Reading best(ToDoubleFunction<Reading> rate, Reading old, Reading now) {
    return old == null || rate.applyAsDouble(now) > rate.applyAsDouble(old) ? now : old;
  }

  private static InputResult result(InputCase input, Best so) {
    return new InputResult(
        input.name(),
        so.single.imagesPerCoreSecond(),
        so.threaded.imagesPerSecond(),
        so.single.stages(),
        Optional.ofNullable(so.peer));
  }
}
