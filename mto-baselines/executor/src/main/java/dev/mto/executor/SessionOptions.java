package dev.mto.executor;

import dev.mto.executor.kernels.Products;
import dev.mto.executor.state.LiveState;

/**
 * How a graph is run.
 *
 * @param fast by a compiled plan where possible; else operation by operation
 * @param recompute whether values inside Transformer blocks are computed again for the backward
 *     pass instead of being kept: less memory for about a third more arithmetic. Needs {@code fast}
 * @param profile whether the time of each kind of operation is measured
 * @param products how the operands of linear layers and of attention are multiplied; sums and all
 *     else are float32. Needs {@code fast}
 * @param fixed whether the graph's variables stay as they are from the session's first run on, so
 *     that a device is given them once
 * @param state where the graph's variables are while they are trained, if whoever changes them says
 *     so to it; null where they are fixed, or changed on the host without a word: a device is given
 *     those that are others than in the last run
 */
public record SessionOptions(
    boolean fast,
    boolean recompute,
    boolean profile,
    Products products,
    boolean fixed,
    LiveState state) {
  /** By a plan, everything kept, not profiled. */
  public static SessionOptions defaults() {
    return new SessionOptions(true, false, false, Products.FLOAT32, false, null);
  }

  /** Operation by operation. */
  public static SessionOptions standard() {
    return new SessionOptions(false, false, false, Products.FLOAT32, false, null);
  }

  /** These options with or without recomputation. */
  public SessionOptions withRecompute(boolean value) {
    return new SessionOptions(fast, value, profile, products, fixed, state);
  }

  /** These options with a profile. */
  public SessionOptions profiled() {
    return new SessionOptions(fast, recompute, true, products, fixed, state);
  }

  /** These options with products of that kind. */
  public SessionOptions withProducts(Products how) {
    return new SessionOptions(fast, recompute, profile, how, fixed, state);
  }

  /** These options for a graph whose variables stay as they are. */
  public SessionOptions withFixedVariables() {
    return new SessionOptions(fast, recompute, profile, products, true, state);
  }

  /** These options for a graph whose variables are in that state. */
  public SessionOptions withState(LiveState value) {
    return new SessionOptions(fast, recompute, profile, products, fixed, value);
  }
}
