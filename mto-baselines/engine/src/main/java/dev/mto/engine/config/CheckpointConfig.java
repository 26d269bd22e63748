package dev.mto.engine.config;

/**
 * When the run is saved. It is always saved at its end and on Ctrl-C.
 *
 * @param everyMinutes minutes between saves of {@code last}
 * @param everyEpochs epochs between the checkpoints that are kept, 0 for none
 * @param keep how many of those are kept
 */
public record CheckpointConfig(double everyMinutes, int everyEpochs, int keep) {
  /** Checks ranges. */
  public CheckpointConfig {
    Rules.positive("checkpoint.every_minutes", everyMinutes);
    Rules.notNegative("checkpoint.every_epochs", everyEpochs);
    Rules.positive("checkpoint.keep", keep);
  }
}
