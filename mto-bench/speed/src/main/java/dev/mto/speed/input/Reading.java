package dev.mto.speed.input;

import com.sun.management.OperatingSystemMXBean;
import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.StageTimes;
import dev.mto.data.folder.ImageFolder;
import java.lang.management.ManagementFactory;

/**
 * One pass over a folder through our pipeline.
 *
 * @param images that were read
 * @param nanos wall clock
 * @param cpuNanos processor time of the whole process, garbage collection included
 * @param stages where the workers' time went
 */
record Reading(long images, long nanos, long cpuNanos, StageTimes stages) {
  private static final int BATCH = 8;

  /** Reads all of {@code folder} once with {@code threads} workers and drops the batches. */
  static Reading of(ImageFolder folder, InputCase input, int threads, boolean reduced, int epoch) {
    ImageBatches.Builder options =
        ImageBatches.from(folder, input.augmentation())
            .batchSize(Math.min(BATCH, folder.size()))
            .shuffle(false)
            .epoch(epoch)
            .reducedDecoding(reduced)
            .workers(threads);
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

  double imagesPerSecond() {
    return images * 1e9 / nanos;
  }

  /** Images a second of processor time. */
  double imagesPerCoreSecond() {
    return images * 1e9 / cpuNanos;
  }

  private static long processCpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
