package dev.mto.losses;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The affinity of every pair of tokens, the argument of ψ in the paper's section 3.1: the dot
 * products {@code X·Xᵀ}, by option scaled, of normalised tokens, or over a temperature. Equation 2
 * reads its masked rows and visible columns, equation 3 its visible rows.
 *
 * <p>B = batch, N = tokens, D = token width.
 */
public final class Affinity {

  static final double SQUARED_NORM_FLOOR = 1e-12;

  private Affinity() {}

  /**
   * Adds the affinities before the row softmax.
   *
   * @param tokens {@code [B, N, D]}, float32 or float64
   * @param variables whose temperature is taken beside the options'
   * @return {@code [B, N, N]}
   */
  public static SDVariable scores(SDVariable tokens, MtoOptions options, MtoVariables variables) {
    SameDiff sd = tokens.getSameDiff();
    SDVariable keys =
        switch (options.normalise()) {
          case NONE -> tokens;
          case L2 -> unitLength(sd, tokens);
        };
    SDVariable scaled =
        switch (options.scale()) {
          case NONE -> keys;
          case SQRT_DIM -> keys.div(sd.math().sqrt(width(sd, tokens)));
        };
    SDVariable fixed = options.temperature() == 1 ? scaled : scaled.mul(1 / options.temperature());
    SDVariable queries =
        variables.temperature() == null ? fixed : fixed.mul(variables.temperature().rdiv(1.0));
    return sd.mmul(queries, keys, false, true, false); // (B, N, D) (B, D, N) -> (B, N, N)
  }

  private static SDVariable unitLength(SameDiff sd, SDVariable tokens) {
    SDVariable squaredNorm = sd.math().square(tokens).sum(true, 2); // (B, N, 1)
    return tokens.div(sd.math().sqrt(squaredNorm.add(SQUARED_NORM_FLOOR)));
  }

  private static SDVariable width(SameDiff sd, SDVariable tokens) {
    return sd.sizeAt(tokens, 2).castTo(tokens.dataType());
  }
}
