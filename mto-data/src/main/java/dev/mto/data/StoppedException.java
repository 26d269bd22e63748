package dev.mto.data;

/** Whoever reads batches has asked to stop ({@link ImageBatches.Builder#stopWhen}). */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A stop that was asked for. */
  public StoppedException() {
    super("stopped");
  }
}
