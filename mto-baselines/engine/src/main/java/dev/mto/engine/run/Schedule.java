package dev.mto.engine.run;

import dev.mto.data.ImageBatches;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.graph.Images;
import dev.mto.engine.optimizer.LearningRate;

/**
 * How a training loop goes through its images.
 *
 * @param epochs passes over them
 * @param stepsPerEpoch optimizer steps of an epoch
 * @param accumulate micro-batches of a step that this process takes
 * @param learningRate by step
 * @param batches the micro-batches of an epoch
 */
public record Schedule(
    int epochs, long stepsPerEpoch, int accumulate, LearningRate learningRate, Batches batches) {
  /** Opens the training images. */
  @FunctionalInterface
  public interface Batches {
    /** Micro-batches of {@code epoch}, from 0, from its optimizer step {@code step} on. */
    ImageBatches of(int epoch, long step);
  }

  /** That of pre-training, of a worker's share of its steps. */
  static Schedule of(TrainingConfig training, Images images, StepShare share) {
    long stepsPerEpoch = images.stepsPerEpoch();
    return new Schedule(
        training.epochs(),
        stepsPerEpoch,
        share.size(),
        LearningRate.of(training, stepsPerEpoch),
        (epoch, step) -> images.training(epoch, step, share.rank(), share.workers()));
  }

  /** Optimizer steps of all epochs. */
  public long steps() {
    return stepsPerEpoch * epochs;
  }
}
