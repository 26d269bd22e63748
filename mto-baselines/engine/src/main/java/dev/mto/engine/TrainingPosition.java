package dev.mto.engine;

/**
 * Where in a run an optimizer step is; everything random and every schedule derive from it.
 *
 * @param step index of the optimizer step, from 0
 * @param stepsPerEpoch optimizer steps in an epoch
 * @param epochs epochs of the whole run
 */
public record TrainingPosition(long step, long stepsPerEpoch, int epochs) {
  /** Epoch of the step, from 0. */
  public int epoch() {
    return (int) (step / stepsPerEpoch);
  }

  /** Optimizer steps of the whole run. */
  public long steps() {
    return stepsPerEpoch * epochs;
  }
}
