package dev.mto.executor;

/**
 * How a graph is run.
 *
 * @param fast by a compiled plan where possible; else operation by operation
 * @param recompute whether values inside Transformer blocks are computed again for the backward
 *     pass instead of being kept: less memory for about a third more arithmetic. Needs {@code fast}
 * @param profile whether the time of each kind of operation is measured
 */
public record SessionOptions(boolean fast, boolean recompute, boolean profile) {
  /** By a plan, everything kept, not profiled. */
  public static SessionOptions defaults() {
    return new SessionOptions(true, false, false);
  }

  /** Operation by operation. */
  public static SessionOptions standard() {
    return new SessionOptions(false, false, false);
  }

  /** These options with or without recomputation. */
  public SessionOptions withRecompute(boolean value) {
    return new SessionOptions(fast, value, profile);
  }

  /** These options with a profile. */
  public SessionOptions profiled() {
    return new SessionOptions(fast, recompute, true);
  }
}
