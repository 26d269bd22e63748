package dev.mto.engine.errors;

/**
 * Training stopped because a loss or gradient is not finite. Its message says what happened and
 * what to do; no stack trace is shown.
 */
public abstract class DivergedTraining extends RuntimeException {
  private static final long serialVersionUID = 1L;

  protected DivergedTraining(String message) {
    super(message);
  }
}
