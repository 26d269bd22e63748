package dev.mto.engine.run;

import dev.mto.data.ImageBatch;
import dev.mto.data.folder.BadImages;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.errors.UserException;
import java.util.List;

/**
 * The micro-batches of each step that one worker takes: those of rank r of W are the r-th of W
 * equal parts in order.
 *
 * @param rank of the worker
 * @param workers a power of two that divides {@code accumulate}
 * @param accumulate micro-batches of a step, of all workers
 */
public record StepShare(int rank, int workers, int accumulate) {
  /** The share of a rank. */
  static StepShare of(Collective collective, TrainingConfig training) {
    requirePossible(collective.size(), training);
    return new StepShare(collective.rank(), collective.size(), training.accumulate());
  }

  /**
   * Whether a step can be dealt out to so many workers.
   *
   * @throws UserException where not
   */
  public static void requirePossible(int workers, TrainingConfig training) {
    int accumulate = training.accumulate();
    if (workers < 1 || Integer.bitCount(workers) != 1 || accumulate % workers != 0) {
      throw new UserException(
          "--workers %d: must be a power of two that divides training.accumulate (%d), whose micro-batches are dealt out; give at most %d, or a larger training.accumulate with a smaller training.batch"
              .formatted(workers, accumulate, Integer.lowestOneBit(accumulate)));
    }
  }

  /** How many micro-batches of a step it takes. */
  int size() {
    return accumulate / workers;
  }

  /** Number of its first micro-batch in a step. */
  int first() {
    return rank * size();
  }

  /**
   * Asks whether these are the micro-batches of a step. One process goes on with those that are
   * left where no image of one could be read; several cannot, as the others count on it.
   */
  void requireAll(List<ImageBatch> microBatches, long stepInEpoch) {
    if (workers == 1) {
      return;
    }
    for (int i = 0; i < size(); i++) {
      long number = stepInEpoch * accumulate + first() + i;
      if (i >= microBatches.size() || microBatches.get(i).number() != number) {
        throw new UserException(
            "micro-batch %d of the epoch: none of its images can be read, of a hundred that are tried for each; see %s"
                .formatted(number, BadImages.FILE_NAME.replace(".", "*.")));
      }
    }
  }
}
