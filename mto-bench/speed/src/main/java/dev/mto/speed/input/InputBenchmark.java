package dev.mto.speed.input;

import dev.mto.data.folder.ImageFolder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Rounds in which our pipeline on one thread, on several, and the peer take turns, so that a noisy
 * machine is fair to all.
 *
 * @param reduced whether JPEGs are decoded at a lower resolution where the crop allows
 */
record InputBenchmark(
    ImageFolder folder, int threads, boolean reduced, Optional<TorchvisionPeer> peer) {

  /** The best of {@code rounds} rounds after one that does not count, one result a case. */
  List<InputReport.Result> run(int rounds) {
    List<InputCase> cases = InputCase.all();
    List<List<Reading>> single = new ArrayList<>();
    List<List<Reading>> threaded = new ArrayList<>();
    for (InputCase input : cases) {
      read(input, threads, 0);
      single.add(new ArrayList<>());
      threaded.add(new ArrayList<>());
    }
    Map<String, Double> peerRates = new TreeMap<>();
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < cases.size(); i++) {
        single.get(i).add(read(cases.get(i), 1, round));
        threaded.get(i).add(read(cases.get(i), threads, round));
      }
      peer.ifPresent(
          torchvision ->
              torchvision
                  .imagesPerCoreSecond(folder.root())
                  .forEach((name, rate) -> peerRates.merge(name, rate, Math::max)));
    }
    List<InputReport.Result> results = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      String name = cases.get(i).name();
      Reading best = best(single.get(i), Reading::imagesPerCoreSecond);
      results.add(
          new InputReport.Result(
              name,
              best.imagesPerCoreSecond(),
              best(threaded.get(i), Reading::imagesPerSecond).imagesPerSecond(),
              best.stages(),
              Optional.ofNullable(peerRates.get(name))));
    }
    return results;
  }

  private Reading read(InputCase input, int workers, int round) {
    return Reading.of(folder, input, workers, reduced, round);
  }

  private static Reading best(List<Reading> rounds, ToDoubleFunction<Reading> rate) {
    return rounds.stream().max(Comparator.comparingDouble(rate)).orElseThrow();
  }
}
