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
   * heterogeneity of each layer. Gradients flow into all tokens. The variables are named {@code
   * name/spa}, {@code name/e}, {@code name/r}, {@code name/weighted}, {@code name/largest_slope},
   * {@code name/heterogeneity0} … and {@code name/heterogeneity_per_image0} ….
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
  @SuppressWarnings("try") // the scope acts by being open
  public static MtoTerms add(
      SameDiff sd, String name, List<SDVariable> tokens, SDVariable mask, MtoOptions options) {
    MtoInputs.require(sd, name, tokens, mask, 2);
    try (NameScope scope = sd.withNameScope(name)) {
      TokenSets sets = TokenSets.of(sd, mask, tokens.get(0).dataType(), options.selfAffinity());
      List<SDVariable> entropies = Heterogeneity.rowEntropies(tokens, sets, options);
      Heterogeneity h = Heterogeneity.ofRows(entropies, sets).renamed(name);

      SDVariable visibleRows = sets.visibleRows(options.reduction());
      SDVariable ePerImage = HeterogeneityLoss.perImage(h.perImage().get(0), options.epsilon());
      SDVariable spa = SparsityLoss.perImage(entropies.get(0), visibleRows).mean();
      SDVariable e = ePerImage.mean();
      SDVariable r = RankingLoss.perImage(h.perImage(), options.ranking()).mean();
      SDVariable largestSlope = HeterogeneityLoss.slope(ePerImage).max();
      return new MtoTerms(
          spa.rename(name + "/spa"),
          e.rename(name + "/e"),
          r.rename(name + "/r"),
          weighted(options.weights(), spa, e, r).rename(name + "/weighted"),
          h.mean(),
          h.perImage(),
          largestSlope.rename(name + "/largest_slope"));
    }
  }

  private static SDVariable weighted(
      MtoWeights weights, SDVariable spa, SDVariable e, SDVariable r) {
    return spa.mul(weights.spa()).add(e.mul(weights.e())).add(r.mul(weights.r()));
  }
}
