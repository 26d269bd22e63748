package dev.mto.losses;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Scalars of a graph that MTO reads at each run, where a number that is written into the graph is
 * not enough: factors of the weights that follow a schedule, a temperature that is learned.
 *
 * @param spa factor of L_spa's weight; null for none
 * @param e factor of L_e's weight; null for none
 * @param r factor of L_r's weight; null for none
 * @param temperature τ, above 0, by which the dot products are divided beside {@link
 *     MtoOptions#temperature}; null for none
 */
public record MtoVariables(SDVariable spa, SDVariable e, SDVariable r, SDVariable temperature) {
  private static final MtoVariables NONE = new MtoVariables(null, null, null, null);

  /** All is written into the graph. */
  public static MtoVariables none() {
    return NONE;
  }

  /** These with factors of the three weights. */
  public MtoVariables withFactors(SDVariable spaFactor, SDVariable eFactor, SDVariable rFactor) {
    return new MtoVariables(spaFactor, eFactor, rFactor, temperature);
  }

  /** These with a temperature. */
  public MtoVariables withTemperature(SDVariable value) {
    return new MtoVariables(spa, e, r, value);
  }

  static SDVariable times(SDVariable x, SDVariable factor) {
    return factor == null ? x : x.mul(factor);
  }
}
