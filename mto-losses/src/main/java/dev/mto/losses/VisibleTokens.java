package dev.mto.losses;

/** Whether MTO moves the visible tokens that it is given. */
public enum VisibleTokens {
  /** Gradients flow into all tokens. */
  MOVED,
  /**
   * Visible tokens are constants to MTO, in every layer: its gradient to them as tokens that it is
   * given is zero. In a network, masked tokens of later layers are made from visible ones, and by
   * that way gradients still reach what these are made from.
   */
  FIXED
}
