package dev.mto.speed.step;

/** A batch for which there is not enough memory; the message says how many images would fit. */
public final class BatchDoesNotFit extends BenchmarkFailure {
  private static final long serialVersionUID = 1;

  BatchDoesNotFit(String message) {
    super(message);
  }
}
