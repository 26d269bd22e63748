package dev.mto.engine.hooks;

/**
 * How a run came to its end.
 *
 * @param outcome what became of it
 * @param reason why it failed, in one line; empty otherwise
 */
public record RunEnd(Outcome outcome, String reason) {
  /** What became of a run. */
  public enum Outcome {
    /** All epochs are done. */
    FINISHED,
    /** It was stopped by Ctrl-C or a polite kill; it is saved and can be resumed. */
    STOPPED,
    /** An error ended it; the last checkpoint stays. */
    FAILED
  }
}
