package dev.mto.losses;

import java.util.Objects;

/**
 * Everything that can be chosen about Masked Token Optimization. {@link #defaults()} with the
 * {@code with} methods is the usual way to one.
 *
 * @param weights weights of the three losses in their weighted sum
 * @param ranking direction of the ranking loss
 * @param scale scale of the dot products
 * @param normalise normalisation of the tokens
 * @param reduction sum or mean over the visible rows of L_spa
 * @param selfAffinity whether L_spa's rows contain the diagonal
 * @param epsilon the ε of L_e = 1/(H⁰ + ε), in nats; the gradient of L_e is bounded by 1/ε²
 */
public record MtoOptions(
    MtoWeights weights,
    Ranking ranking,
    Scale scale,
    Normalise normalise,
    Reduction reduction,
    SelfAffinity selfAffinity,
    double epsilon) {

  /** Below this, 1/ε² times a pushed-down score leaves the range of float32. */
  private static final double SMALLEST_EPSILON = 1e-9;

  private static final MtoOptions DEFAULTS =
      new MtoOptions(
          new MtoWeights(0.001, 0.01, 0.001),
          Ranking.DESCRIBED,
          Scale.NONE,
          Normalise.NONE,
          Reduction.MEAN,
          SelfAffinity.INCLUDE,
          1e-6);

  /**
   * @throws NullPointerException if an option is null
   * @throws IllegalArgumentException if epsilon is below 1e-9, infinite or not a number
   */
  public MtoOptions {
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(ranking, "ranking");
    Objects.requireNonNull(scale, "scale");
    Objects.requireNonNull(normalise, "normalise");
    Objects.requireNonNull(reduction, "reduction");
    Objects.requireNonNull(selfAffinity, "selfAffinity");
    if (!(epsilon >= SMALLEST_EPSILON && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "MTO epsilon is "
              + epsilon
              + ", but it must be finite and at least "
              + SMALLEST_EPSILON
              + ": the default is 1e-6, larger values bound the gradient of L_e more tightly");
    }
  }

  /**
   * Weights 0.001 (L_spa), 0.01 (L_e) and 0.001 (L_r), ranking as described, raw dot products, mean
   * over visible rows with the diagonal, ε = 1e-6.
   */
  public static MtoOptions defaults() {
    return DEFAULTS;
  }

  /** These options with other weights. */
  public MtoOptions withWeights(MtoWeights value) {
    return new MtoOptions(value, ranking, scale, normalise, reduction, selfAffinity, epsilon);
  }

  /** These options with another ranking. */
  public MtoOptions withRanking(Ranking value) {
    return new MtoOptions(weights, value, scale, normalise, reduction, selfAffinity, epsilon);
  }

  /** These options with another scale. */
  public MtoOptions withScale(Scale value) {
    return new MtoOptions(weights, ranking, value, normalise, reduction, selfAffinity, epsilon);
  }

  /** These options with another normalisation of the tokens. */
  public MtoOptions withNormalise(Normalise value) {
    return new MtoOptions(weights, ranking, scale, value, reduction, selfAffinity, epsilon);
  }

  /** These options with another reduction of L_spa. */
  public MtoOptions withReduction(Reduction value) {
    return new MtoOptions(weights, ranking, scale, normalise, value, selfAffinity, epsilon);
  }

  /** These options with another treatment of the diagonal in L_spa. */
  public MtoOptions withSelfAffinity(SelfAffinity value) {
    return new MtoOptions(weights, ranking, scale, normalise, reduction, value, epsilon);
  }

  /** These options with another ε. */
  public MtoOptions withEpsilon(double value) {
    return new MtoOptions(weights, ranking, scale, normalise, reduction, selfAffinity, value);
  }
}
