package dev.mto.losses;

import java.util.List;
import org.nd4j.autodiff.samediff.NameScope;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Adds the losses of Masked Token Optimization to a SameDiff model. */
public final class MaskedTokenOptimization {

  private MaskedTokenOptimization() {}

  /**
   * Adds L_spa of layer 0, L_e of layer 0, L_r of all layers, their weighted sum and the
   * heterogeneity of each layer, as far as the options do not ask for others. Gradients flow into
   * all tokens, or into all but the visible ones. The variables are named {@code name/spa}, {@code
   * name/e}, {@code name/r}, {@code name/norm_penalty}, {@code name/weighted}, {@code
   * name/largest_slope}, {@code name/heterogeneity0} … and {@code name/heterogeneity_per_image0} ….
   *
   * @param name prefix of the variables' names, not yet used in the graph; a model with two
   *     decoders adds MTO twice, under two names
   * @param tokens for layers 0 (the initial embedding) to L, L at least 1, the patch tokens,
   *     without class token, {@code [batch, tokens, dim]}, all float32 or all float64
   * @param mask {@code [batch, tokens]}, 1 = masked, 0 = visible; at least one of each in an image
   *     (see {@link MaskCheck}), their numbers may differ between images
   * @throws IllegalArgumentException if an argument breaks these rules, as far as a graph without
   *     data can tell
   */
  public static MtoTerms add(
      SameDiff sd, String name, List<SDVariable> tokens, SDVariable mask, MtoOptions options) {
    return add(sd, name, tokens, mask, options, MtoVariables.none());
  }

  /**
   * As {@link #add(SameDiff, String, List, SDVariable, MtoOptions)}, with weights or a temperature
   * that change from run to run.
   *
   * @param variables scalars of the graph, of the tokens' type
   * @throws IllegalArgumentException if an argument breaks these rules, as far as a graph without
   *     data can tell
   */
  @SuppressWarnings("try") // the scope acts by being open
  public static MtoTerms add(
      SameDiff sd,
      String name,
      List<SDVariable> tokens,
      SDVariable mask,
      MtoOptions options,
      MtoVariables variables) {
    MtoInputs.require(sd, name, tokens, mask, 2);
    MtoInputs.requireLayers(tokens, options);
    try (NameScope scope = sd.withNameScope(name)) {
      TokenSets sets = TokenSets.of(sd, mask, tokens.get(0).dataType(), options.selfAffinity());
      List<SDVariable> seen = sets.seen(tokens, options.visibleTokens());
      List<SDVariable> entropies = Heterogeneity.rowEntropies(seen, sets, options, variables);
      Heterogeneity h = Heterogeneity.ofRows(entropies, sets).renamed(name);

      SDVariable ePerImage = HeterogeneityLoss.perImage(h.perImage().get(0), options.epsilon());
      SDVariable spa = sparsity(entropies, sets.visibleRows(options.reduction()), options);
      SDVariable e = ePerImage.mean();
      SDVariable r =
          RankingLoss.perImage(options.ranked(h.perImage()), options.ranking(), options.margin())
              .mean();
      SDVariable penalty = NormPenalty.of(seen, options.normReference());
      SDVariable largestSlope = HeterogeneityLoss.slope(ePerImage).max();
      SDVariable losses = weighted(options.weights(), variables, spa, e, r);
      return new MtoTerms(
          spa.rename(name + "/spa"),
          e.rename(name + "/e"),
          r.rename(name + "/r"),
          penalty.rename(name + "/norm_penalty"),
          (options.normPenalty() == 0 ? losses : losses.add(penalty.mul(options.normPenalty())))
              .rename(name + "/weighted"),
          h.mean(),
          h.perImage(),
          largestSlope.rename(name + "/largest_slope"));
    }
  }

  private static SDVariable sparsity(
      List<SDVariable> entropies, SDVariable visibleRows, MtoOptions options) {
    SDVariable sum = null;
    for (int layer : options.sparsityLayers()) {
      SDVariable loss = SparsityLoss.perImage(entropies.get(layer), visibleRows);
      sum = sum == null ? loss : sum.add(loss);
    }
    int layers = options.sparsityLayers().size();
    return layers == 1 ? sum.mean() : sum.mean().mul(1.0 / layers);
  }

  private static SDVariable weighted(
      MtoWeights weights, MtoVariables variables, SDVariable spa, SDVariable e, SDVariable r) {
    return MtoVariables.times(spa.mul(weights.spa()), variables.spa())
        .add(MtoVariables.times(e.mul(weights.e()), variables.e()))
        .add(MtoVariables.times(r.mul(weights.r()), variables.r()));
  }
}
