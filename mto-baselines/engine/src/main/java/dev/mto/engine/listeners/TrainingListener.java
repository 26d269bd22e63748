package dev.mto.engine.listeners;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Is told how training goes on. One listener a concern; the calls of a step come in the order of
 * the methods here.
 */
public interface TrainingListener extends AutoCloseable {
  /** An epoch begins, or goes on after {@code firstStep} of its {@code steps}. */
  default void epochStarted(int epoch, long firstStep, long steps) {}

  /** The last step of an epoch was made; adds to its row of metrics what is measured then. */
  default void measure(int epoch, Map<String, Object> row) {}

  /** A step was made; its row of metrics is complete. */
  default void stepDone(StepMetrics row) {}

  /** An epoch has ended; the loop stands at the beginning of the next. */
  default void epochDone(int epoch) {}

  /** Everything of a step is done, and of its epoch where it was the last: a time to save. */
  default void settled() {}

  /** Training is over: all epochs are done, or it was stopped. */
  default void ended(boolean done) {}

  /** Live arrays that a checkpoint must hold so that this listener can go on. */
  default Map<String, INDArray> state() {
    return Map.of();
  }

  @Override
  default void close() {}
}
