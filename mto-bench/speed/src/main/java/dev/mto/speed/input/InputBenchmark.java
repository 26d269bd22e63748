package dev.mto.speed.input;

import com.sun.management.OperatingSystemMXBean;
import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.StageTimes;
import dev.mto.data.folder.ImageFolder;
import java.lang.management.ManagementFactory;
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
  private static final int BATCH = 8;

  /**
   * One pass over a folder through our pipeline.
   *
   * @param images that were read
   * @param nanos wall clock
   * @param cpuNanos processor time of the whole process, garbage collection included
   * @param stages where the workers' time went
   */
  private record Reading(long images, long nanos, long cpuNanos, StageTimes stages) {
    double imagesPerSecond() {
      return images * 1e9 / nanos;
    }

    /** Images a second of processor time. */
    double imagesPerCoreSecond() {
      return images * 1e9 / cpuNanos;
    }
  }

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

  /** Reads all of the folder once with {@code workers} and drops the batches. */
  private Reading read(InputCase input, int workers, int epoch) {
    ImageBatches.Builder options =
        ImageBatches.from(folder, input.augmentation())
            .batchSize(Math.min(BATCH, folder.size()))
            .shuffle(false)
            .epoch(epoch)
            .reducedDecoding(reduced)
            .workers(workers);
    input.masks().ifPresent(options::masks);
    long images = 0;
    long cpuSince = processCpuNanos();
    long since = System.nanoTime();
    try (ImageBatches batches = options.build()) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          images += batch.size();
        }
      }
      return new Reading(
          images, System.nanoTime() - since, processCpuNanos() - cpuSince, batches.stageTimes());
    }
  }

  private static long processCpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static Reading best(List<Reading> rounds, ToDoubleFunction<Reading> rate) {
    return rounds.stream().max(Comparator.comparingDouble(rate)).orElseThrow();
  }
}
