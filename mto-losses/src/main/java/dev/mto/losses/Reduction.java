package dev.mto.losses;

/** How L_spa gathers the entropies of an image's visible rows. */
public enum Reduction {
  /** Their sum, as printed in equation 3. */
  SUM,
  /** Their mean, which does not depend on the number of visible tokens. */
  MEAN
}
