package dev.mto.losses;

/**
 * The weights of the MTO losses in the total loss. A loss of weight zero is still measured, but
 * gives no gradient.
 *
 * @param spa weight of the sparsity loss L_spa (equation 3)
 * @param e weight of the heterogeneity loss L_e (equation 6)
 * @param r weight of the ranking loss L_r (equation 7)
 */
public record MtoWeights(double spa, double e, double r) {

  /**
   * @throws IllegalArgumentException if a weight is negative, infinite or not a number
   */
  public MtoWeights {
    requireWeight("spa", spa);
    requireWeight("e", e);
    requireWeight("r", r);
  }

  private static void requireWeight(String name, double weight) {
    if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "MTO weight "
              + name
              + " is "
              + weight
              + ", but a weight must be finite and not negative: use 0 to switch the loss off");
    }
  }
}
