package dev.mto.losses;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Everything that can be chosen about Masked Token Optimization. {@link #defaults()} with the
 * {@code with} methods is the usual way to one.
 *
 * @param weights weights of the three losses in their weighted sum
 * @param ranking direction of the ranking loss
 * @param rankingLayers layers whose H the ranking loss compares, each with the one before it in the
 *     list, in rising order; empty for all layers
 * @param margin m of {@code softplus(d + m)} in the ranking loss, in nats, 0 to 10: how much H is
 *     asked to change from a layer to the next
 * @param sparsityLayers layers of the sparsity loss, which is the mean over them
 * @param scale scale of the dot products
 * @param normalise normalisation of the tokens
 * @param temperature τ by which the dot products are divided before the softmax ψ
 * @param reduction sum or mean over the visible rows of L_spa
 * @param selfAffinity whether L_spa's rows contain the diagonal
 * @param epsilon the ε of L_e = 1/(H⁰ + ε), in nats; the gradient of L_e is bounded by 1/ε²
 * @param visibleTokens whether MTO moves the visible tokens that it is given
 * @param normPenalty weight of {@link NormPenalty} in the weighted sum; 0 for none
 * @param normReference length above which tokens are penalised, as the root mean square of their
 *     elements: 1 is what a layer normalisation gives
 */
public record MtoOptions(
    MtoWeights weights,
    Ranking ranking,
    List<Integer> rankingLayers,
    double margin,
    List<Integer> sparsityLayers,
    Scale scale,
    Normalise normalise,
    double temperature,
    Reduction reduction,
    SelfAffinity selfAffinity,
    double epsilon,
    VisibleTokens visibleTokens,
    double normPenalty,
    double normReference) {

  /** Below this, 1/ε² times a pushed-down score leaves the range of float32. */
  private static final double SMALLEST_EPSILON = 1e-9;

  /** Above ln V of any image; the exponential of the softplus stays finite in float32. */
  private static final double LARGEST_MARGIN = 10;

  private static final MtoOptions DEFAULTS =
      new MtoOptions(
          new MtoWeights(0.001, 0.01, 0.001),
          Ranking.DESCRIBED,
          List.of(),
          0,
          List.of(0),
          Scale.NONE,
          Normalise.NONE,
          1,
          Reduction.MEAN,
          SelfAffinity.INCLUDE,
          1e-6,
          VisibleTokens.MOVED,
          0,
          1);

  /**
   * Copies the lists.
   *
   * @throws NullPointerException if an option is null
   * @throws IllegalArgumentException if epsilon is below 1e-9, infinite or not a number, or if
   *     another number or a list of layers is not as described above
   */
  public MtoOptions {
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(ranking, "ranking");
    Objects.requireNonNull(scale, "scale");
    Objects.requireNonNull(normalise, "normalise");
    Objects.requireNonNull(reduction, "reduction");
    Objects.requireNonNull(selfAffinity, "selfAffinity");
    Objects.requireNonNull(visibleTokens, "visibleTokens");
    rankingLayers = List.copyOf(rankingLayers);
    sparsityLayers = List.copyOf(sparsityLayers);
    if (!(epsilon >= SMALLEST_EPSILON && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "MTO epsilon is "
              + epsilon
              + ", but it must be finite and at least "
              + SMALLEST_EPSILON
              + ": the default is 1e-6, larger values bound the gradient of L_e more tightly");
    }
    require(margin >= 0 && margin <= LARGEST_MARGIN, "margin", margin, "between 0 and 10 nats");
    require(temperature > 0 && Double.isFinite(temperature), "temperature", temperature, "above 0");
    require(
        normPenalty >= 0 && Double.isFinite(normPenalty), "norm penalty", normPenalty, "0 or more");
    require(
        normReference > 0 && Double.isFinite(normReference),
        "norm reference",
        normReference,
        "above 0");
    require(
        rankingLayers.isEmpty() || (rankingLayers.size() > 1 && rises(rankingLayers)),
        "ranking layers",
        rankingLayers,
        "two or more layers in rising order, or none for all");
    require(
        !sparsityLayers.isEmpty()
            && new HashSet<>(sparsityLayers).size() == sparsityLayers.size()
            && sparsityLayers.stream().allMatch(layer -> layer >= 0),
        "sparsity layers",
        sparsityLayers,
        "one or more different layers, from 0");
  }

  private static void require(boolean holds, String option, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(
          "MTO %s is %s, but must be %s".formatted(option, value, rule));
    }
  }

  private static boolean rises(List<Integer> layers) {
    int before = -1;
    for (int layer : layers) {
      if (layer <= before) {
        return false;
      }
      before = layer;
    }
    return true;
  }

  /**
   * Weights 0.001 (L_spa), 0.01 (L_e) and 0.001 (L_r), ranking of all layers as described, without
   * a margin, L_spa of layer 0 as the mean over visible rows with the diagonal, raw dot products, ε
   * = 1e-6, gradients into all tokens, no penalty on norms.
   */
  public static MtoOptions defaults() {
    return DEFAULTS;
  }

  /**
   * The values of those of the given layers that the ranking loss compares.
   *
   * @param layers one value for each of layers 0 to L
   */
  <T> List<T> ranked(List<T> layers) {
    return rankingLayers.isEmpty() ? layers : rankingLayers.stream().map(layers::get).toList();
  }

  /** These options with other weights. */
  public MtoOptions withWeights(MtoWeights value) {
    return with(draft -> draft.weights = value);
  }

  /** These options with another ranking. */
  public MtoOptions withRanking(Ranking value) {
    return with(draft -> draft.ranking = value);
  }

  /** These options with other layers to rank; none for all. */
  public MtoOptions withRankingLayers(Integer... value) {
    return with(draft -> draft.rankingLayers = List.of(value));
  }

  /** These options with another margin of the ranking loss, in nats. */
  public MtoOptions withMargin(double value) {
    return with(draft -> draft.margin = value);
  }

  /** These options with other layers of the sparsity loss. */
  public MtoOptions withSparsityLayers(Integer... value) {
    return with(draft -> draft.sparsityLayers = List.of(value));
  }

  /** These options with another scale. */
  public MtoOptions withScale(Scale value) {
    return with(draft -> draft.scale = value);
  }

  /** These options with another normalisation of the tokens. */
  public MtoOptions withNormalise(Normalise value) {
    return with(draft -> draft.normalise = value);
  }

  /** These options with another temperature. */
  public MtoOptions withTemperature(double value) {
    return with(draft -> draft.temperature = value);
  }

  /** These options with another reduction of L_spa. */
  public MtoOptions withReduction(Reduction value) {
    return with(draft -> draft.reduction = value);
  }

  /** These options with another treatment of the diagonal in L_spa. */
  public MtoOptions withSelfAffinity(SelfAffinity value) {
    return with(draft -> draft.selfAffinity = value);
  }

  /** These options with another ε. */
  public MtoOptions withEpsilon(double value) {
    return with(draft -> draft.epsilon = value);
  }

  /** These options with visible tokens that are moved or not. */
  public MtoOptions withVisibleTokens(VisibleTokens value) {
    return with(draft -> draft.visibleTokens = value);
  }

  /** These options with another weight of the penalty on norms, and what it starts from. */
  public MtoOptions withNormPenalty(double weight, double reference) {
    return with(
        draft -> {
          draft.normPenalty = weight;
          draft.normReference = reference;
        });
  }

  private MtoOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** Options to be changed. */
  private static final class Draft {
    private MtoWeights weights;
    private Ranking ranking;
    private List<Integer> rankingLayers;
    private double margin;
    private List<Integer> sparsityLayers;
    private Scale scale;
    private Normalise normalise;
    private double temperature;
    private Reduction reduction;
    private SelfAffinity selfAffinity;
    private double epsilon;
    private VisibleTokens visibleTokens;
    private double normPenalty;
    private double normReference;

    Draft(MtoOptions from) {
      weights = from.weights;
      ranking = from.ranking;
      rankingLayers = from.rankingLayers;
      margin = from.margin;
      sparsityLayers = from.sparsityLayers;
      scale = from.scale;
      normalise = from.normalise;
      temperature = from.temperature;
      reduction = from.reduction;
      selfAffinity = from.selfAffinity;
      epsilon = from.epsilon;
      visibleTokens = from.visibleTokens;
      normPenalty = from.normPenalty;
      normReference = from.normReference;
    }

    MtoOptions options() {
      return new MtoOptions(
          weights,
          ranking,
          rankingLayers,
          margin,
          sparsityLayers,
          scale,
          normalise,
          temperature,
          reduction,
          selfAffinity,
          epsilon,
          visibleTokens,
          normPenalty,
          normReference);
    }
  }
}
