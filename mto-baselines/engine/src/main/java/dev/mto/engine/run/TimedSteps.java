package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.Images;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Steps of training that are made to be timed, images read as in a run, and thrown away. */
public final class TimedSteps {
  private static final double LEARNING_RATE = 1e-4;

  private final TrainingStep step;
  private long made;

  /** Steps of a model that nobody trains on. */
  public TimedSteps(TrainingStep step) {
    this.step = step;
  }

  /** Goes on as if so many steps were made. */
  void from(long step) {
    made = Math.max(made, step);
  }

  /**
   * Some steps, one after the other.
   *
   * @param images of all of them
   * @param seconds of each, with the waiting for its images
   */
  public record Times(int images, List<Double> seconds) {
    /** Copies the list. */
    public Times {
      seconds = List.copyOf(seconds);
    }

    /** Of all together. */
    public double imagesPerSecond() {
      return images / seconds.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Seconds of the step in the middle, the upper one of two. */
    public double median() {
      return seconds.stream().sorted().skip(seconds.size() / 2).findFirst().orElseThrow();
    }
  }

  /**
   * Makes at most so many steps, and at least one.
   *
   * @param microBatches of a step
   * @param seconds after which no further one is begun
   * @throws UserException when no image can be read
   */
  public Times make(Images images, int microBatches, int most, double seconds) {
    List<Double> each = new ArrayList<>();
    int seen = 0;
    double spent = 0;
    long startedAt = System.nanoTime();
    for (int epoch = 0; each.size() < most && spent < seconds; epoch++) {
      int before = seen;
      try (ImageBatches batches = images.training(epoch, 0)) {
        while (each.size() < most && spent < seconds && batches.hasNext()) {
          seen += make(batches, microBatches);
          double now = (System.nanoTime() - startedAt) / 1e9;
          each.add(now - spent);
          spent = now;
        }
      }
      if (seen == before) {
        throw new UserException(
            images.train().root() + ": no image can be read; see mto data check");
      }
    }
    return new Times(seen, each);
  }

  /** One step; how many images it had. */
  private int make(ImageBatches batches, int microBatches) {
    List<ImageBatch> read = new ArrayList<>();
    while (read.size() < microBatches && batches.hasNext()) {
      read.add(batches.nextBatch());
    }
    int images = read.stream().mapToInt(ImageBatch::size).sum();
    step.step(read, new TrainingPosition(made++, Long.MAX_VALUE, 1), LEARNING_RATE);
    return images;
  }

  /** Bytes of a checkpoint: weights, and the optimizer's two moments of each. */
  public long checkpointBytes() {
    return step.state().values().stream().mapToLong(TimedSteps::bytes).sum();
  }

  private static long bytes(INDArray array) {
    return array.length() * array.dataType().width();
  }
}
