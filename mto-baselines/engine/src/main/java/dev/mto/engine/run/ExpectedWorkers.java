package dev.mto.engine.run;

import dev.mto.engine.folder.ByteCount;
import dev.mto.engine.folder.Durations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run would take of several workers, each a machine like this one: an estimate from what one
 * process takes here, as docs/scale.md has it.
 *
 * @param workers how many
 * @param accumulate micro-batches of a step, of all workers
 * @param bandwidth bytes a second that a worker sends while it receives as many
 * @param parameters numbers that are trained
 * @param timing of micro-batches here
 * @param memory that steps take here
 * @param onGpu whether that is memory of a GPU
 */
record ExpectedWorkers(
    int workers,
    int accumulate,
    double bandwidth,
    long parameters,
    ExpectedRun.Timing timing,
    ExpectedRun.Memory memory,
    boolean onGpu) {
  private static final int GRADIENT_BYTES = Float.BYTES;

  /** For Java, images that are read ahead, and the exchange. */
  private static final long BESIDES = 1L << 30;

  private int microBatches() {
    return accumulate / workers;
  }

  /** Bytes that each sends in a step, and receives: gradients in parts, then their sums. */
  long exchanged() {
    return 2L * GRADIENT_BYTES * parameters * (workers - 1) / workers;
  }

  private double exchangeSeconds() {
    return exchanged() / bandwidth;
  }

  double stepSeconds() {
    return timing.seconds(microBatches()) + exchangeSeconds();
  }

  /** Time of one process over that of all workers together. */
  double efficiency() {
    return timing.seconds(accumulate) / (workers * stepSeconds());
  }

  /**
   * Memory of one where it computes, in bytes: gradients and their sum lie beside weights and
   * optimizer.
   */
  long memoryOfOne() {
    int doublings = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(microBatches());
    int sums = 2 + Math.max(0, doublings - 1);
    return memory.plan() + memory.state() + (long) sums * GRADIENT_BYTES * parameters + BESIDES;
  }

  /** Beside a GPU: where its state comes home to, and gradients on their way. */
  private long memoryOfHost() {
    return memory.state() + GRADIENT_BYTES * parameters + BESIDES;
  }

  /** For people; {@code steps} are left to make. */
  List<String> lines(long steps) {
    String exchange =
        "exchange    each of %d workers sends %s a step, and receives as many: 8 bytes x %d parameters x %d/%d"
            .formatted(workers, ByteCount.of(exchanged()), parameters, workers - 1, workers);
    String memory =
        onGpu
            ? "            each takes about %s of its GPU's memory and %s of native memory (spark.executor.memoryOverhead), beside Java's heap"
                .formatted(ByteCount.of(memoryOfOne()), ByteCount.of(memoryOfHost()))
            : "            each takes about %s of native memory (spark.executor.memoryOverhead), beside Java's heap"
                .formatted(ByteCount.of(memoryOfOne()));
    if (timing.steps() == 0) {
      return List.of(exchange, memory);
    }
    return List.of(
        exchange,
        String.format(
            Locale.ROOT,
            "workers     ESTIMATE, were each a machine like this one: about %s; %.4g s a step = %.4g s for %d of %d micro-batches + %.4g s for %s at %s GB/s (--bandwidth)",
            Durations.of(steps * stepSeconds()),
            stepSeconds(),
            timing.seconds(microBatches()),
            microBatches(),
            accumulate,
            exchangeSeconds(),
            ByteCount.of(exchanged()),
            bandwidth / 1e9),
        String.format(
            Locale.ROOT,
            "            efficiency %.0f %% = %.4g s of one process / (%d x %.4g s)",
            100 * efficiency(),
            timing.seconds(accumulate),
            workers,
            stepSeconds()),
        memory);
  }

  /** For programs; {@code steps} are left to make. */
  Map<String, Object> figures(long steps) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("workers", workers);
    figures.put("bytes_per_second", bandwidth);
    figures.put("exchanged_bytes_per_step", exchanged());
    figures.put("seconds_per_step", stepSeconds());
    figures.put("efficiency", efficiency());
    figures.put("hours", steps * stepSeconds() / 3600);
    figures.put("memory_bytes", memoryOfOne());
    if (onGpu) {
      figures.put("host_memory_bytes", memoryOfHost());
    }
    return figures;
  }
}
