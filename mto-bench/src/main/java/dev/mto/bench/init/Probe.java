package dev.mto.bench.init;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.run.TrainingStep;
import dev.mto.executor.memory.AvailableMemory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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
  private static final double LEARNING_RATE = 1e-4;

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
      Steps steps = new Steps(step);
      steps.make(new Images(small, baseline, badImages), 2, SECONDS);
      long perImage = Math.max(1, step.bytesHeld() / first);
      int batch = batch(imagesPerStep, perImage);
      Images images = new Images(config.apply(Math.min(batch, LARGEST_BATCH)), baseline, badImages);
      steps.make(images, 1, SECONDS);
      Rate rate = steps.make(images, MOST_STEPS, SECONDS);
      long state = step.state().values().stream().mapToLong(Probe::bytes).sum();
      return new Probe(batch, rate.images() / rate.seconds(), rate.images(), perImage, state);
    }
  }

  /** The largest power of two that half of the free memory holds; all where that is not known. */
  private static int batch(int imagesPerStep, long bytesAnImage) {
    long free = AvailableMemory.ofThisMachine().bytes().orElse(Long.MAX_VALUE);
    long fitting = Math.max(1, free / 2 / bytesAnImage);
    return (int) Math.min(imagesPerStep, Long.highestOneBit(fitting));
  }

  private static long bytes(INDArray array) {
    return array.length() * array.dataType().width();
  }

  private record Rate(int images, double seconds) {}

  private static final class Steps {
    private final TrainingStep step;
    private long made;

    Steps(TrainingStep step) {
      this.step = step;
    }

    /** Makes at most so many steps, and at least one. */
    Rate make(Images images, int most, double seconds) {
      int seen = 0;
      long startedAt = System.nanoTime();
      double spent = 0;
      int epoch = 0;
      for (int i = 0; i < most && spent < seconds; epoch++) {
        try (ImageBatches batches = images.training(epoch, 0)) {
          while (i < most && spent < seconds && batches.hasNext()) {
            ImageBatch batch = batches.nextBatch();
            seen += batch.size();
            step.step(
                List.of(batch), new TrainingPosition(made++, Long.MAX_VALUE, 1), LEARNING_RATE);
            spent = (System.nanoTime() - startedAt) / 1e9;
            i++;
          }
        }
        if (seen == 0) {
          throw new UserException(
              images.train().root() + ": no image can be read; see mto data check");
        }
      }
      return new Rate(seen, spent);
    }
  }
}
