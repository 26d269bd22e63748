package dev.mto.losses;

/** Which way the ranking loss L_r orders the layers' heterogeneity. */
public enum Ranking {
  /** As the paper's text asks: {@code softplus(H^l - H^(l-1))}, least when H falls with depth. */
  DESCRIBED,
  /** Equation 7 as printed: {@code softplus(H^(l-1) - H^l)}, least when H rises with depth. */
  PRINTED
}
