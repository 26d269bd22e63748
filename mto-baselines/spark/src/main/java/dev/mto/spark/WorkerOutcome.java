package dev.mto.spark;

import java.io.Serializable;

/**
 * What became of a worker that could still tell.
 *
 * @param message why it ended, where it is neither done nor stopped; names the worker that failed
 */
record WorkerOutcome(int rank, Kind kind, String message) implements Serializable {
  /** How a worker can end. */
  enum Kind {
    DONE,
    STOPPED,
    /** Something is wrong that trying again does not make right. */
    WRONG_INPUT,
    DIVERGED,
    FAILED,
    /** What uses the GPU is not to be trusted before the process is another one. */
    GPU_FAILED,
    /** Another has failed. */
    LEFT_ALONE
  }
}
