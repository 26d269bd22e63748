package dev.mto.bench.init;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.run.TimedSteps;
import dev.mto.engine.run.TrainingStep;
import dev.mto.executor.memory.AvailableMemory;
import java.nio.file.Path;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A few steps of training on this machine, images read as in a run.
 *
 * @param batch images in a micro-batch: as many as the step takes, or as half of the free memory
 *     holds
 * @param imagesPerSecond of the steps that were measured
 * @param measured images of these
 * @param bytesAnImage memory of an image in a micro-batch
 * @param checkpointBytes of a checkpoint: weights, and the optimizer's two moments of each
 */
record Probe(
    int batch, double imagesPerSecond, int measured, long bytesAnImage, long checkpointBytes) {
  private static final int FIRST_BATCH = 8;
  private static final int LARGEST_BATCH = 64;
  private static final double SECONDS = 4;
  private static final int MOST_STEPS = 20;

  /**
   * Makes the steps.
   *
   * @param imagesPerStep of the run
   * @param config the configuration with a micro-batch of so many images
   * @param badImages where unreadable images are noted
   */
  static Probe of(int imagesPerStep, IntFunction<RunConfig> config, Path badImages) {
    int first = Math.min(FIRST_BATCH, imagesPerStep);
    RunConfig small = config.apply(first);
    Baseline baseline = Baselines.named(small.baseline());
    TrainingGraph graph = TrainingGraph.build(baseline, small, DataType.FLOAT);
    try (TrainingStep step = new TrainingStep(graph, small, 0)) {
      TimedSteps steps = new TimedSteps(step);
      steps.make(new Images(small, baseline, badImages), 1, 2, SECONDS);
      long perImage = Math.max(1, step.bytesHeld() / first);
      int batch = batch(imagesPerStep, perImage);
      Images images = new Images(config.apply(Math.min(batch, LARGEST_BATCH)), baseline, badImages);
      steps.make(images, 1, 1, SECONDS);
      TimedSteps.Times times = steps.make(images, 1, MOST_STEPS, SECONDS);
      return new Probe(
          batch, times.imagesPerSecond(), times.images(), perImage, steps.checkpointBytes());
    }
  }

  /** The largest power of two that half of the free memory holds; all where that is not known. */
  private static int batch(int imagesPerStep, long bytesAnImage) {
    long free = AvailableMemory.ofThisMachine().bytes().orElse(Long.MAX_VALUE);
    long fitting = Math.max(1, free / 2 / bytesAnImage);
    return (int) Math.min(imagesPerStep, Long.highestOneBit(fitting));
  }
}
