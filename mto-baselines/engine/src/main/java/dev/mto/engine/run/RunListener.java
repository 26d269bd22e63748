package dev.mto.engine.run;

/** Is told how a run goes on. One listener a concern. */
interface RunListener extends AutoCloseable {
  /** An epoch begins. */
  default void epochStarted(int epoch, long firstStep, long steps) {}

  /** A step was made; its row of metrics is complete. */
  default void stepDone(StepMetrics row) {}

  /** An epoch has ended. */
  default void epochDone(int epoch) {}

  @Override
  default void close() {}
}
