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
 * @param state where the graph's variables are while they are trained, if whoever changes them says
 *     so to it; null where they are changed on the host without a word
 */
public record SessionOptions(
    boolean fast, boolean recompute, boolean profile, Products products, LiveState state) {
  /** By a plan, everything kept, not profiled. */
  public static SessionOptions defaults() {
    return new SessionOptions(true, false, false, Products.FLOAT32, null);
  }

  /** Operation by operation. */
  public static SessionOptions standard() {
    return new SessionOptions(false, false, false, Products.FLOAT32, null);
  }

  /** These options with or without recomputation. */
  public SessionOptions withRecompute(boolean value) {
    return new SessionOptions(fast, value, profile, products, state);
  }

  /** These options with a profile. */
  public SessionOptions profiled() {
    return new SessionOptions(fast, recompute, true, products, state);
  }

  /** These options with products of that kind. */
  public SessionOptions withProducts(Products how) {
    return new SessionOptions(fast, recompute, profile, how, state);
  }

  /** These options for a graph whose variables are in that state. */
  public SessionOptions withState(LiveState value) {
    return new SessionOptions(fast, recompute, profile, products, value);
  }
}
