package dev.mto.engine.config;

import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoWeights;
import dev.mto.losses.Normalise;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.losses.Scale;
import dev.mto.losses.SelfAffinity;

/** Masked Token Optimization. */
public record MtoConfig(
    @Setting("Whether the losses of MTO are added; heterogeneity is logged either way.")
        boolean enabled,
    @Setting("Weights of the three losses in the total; with two decoders, for each.")
        Weights weights,
    @Setting(
            "Which order L_r asks for: described has heterogeneity fall with depth, as the text of"
                + " the paper asks; printed is equation 7 to the letter.")
        Ranking ranking,
    @Setting("Which tokens are layer 0: before or after a decoder adds its position table.")
        Initial initial,
    @Setting(
            "How the dot products of tokens are scaled: not at all, or by one over the root of"
                + " their width.")
        Scale scale,
    @Setting("How tokens are normalised before the dot products.") Normalise normalise,
    @Setting(
            "How L_spa is taken over visible rows: as their mean, or as their sum, which is"
                + " printed.")
        Reduction reduction,
    @Setting("Whether a visible token's row of L_spa holds the token itself.")
        SelfAffinity selfAffinity,
    @Setting(
            value = "The epsilon of L_e = 1 / (H of layer 0 + epsilon), which bounds its gradient.",
            unit = "nats",
            range = "at least 1e-9")
        double epsilon) {

  /** Weights of the three losses. */
  public record Weights(
      @Setting(
              value = "Weight of the sparsity loss L_spa (equation 3).",
              range = Rules.NOT_NEGATIVE)
          double spa,
      @Setting(
              value = "Weight of the heterogeneity loss L_e (equation 6).",
              range = Rules.NOT_NEGATIVE)
          double e,
      @Setting(value = "Weight of the ranking loss L_r (equation 7).", range = Rules.NOT_NEGATIVE)
          double r) {
    /** Refuses negative weights. */
    public Weights {
      Rules.notNegative("mto.weights.spa", spa);
      Rules.notNegative("mto.weights.e", e);
      Rules.notNegative("mto.weights.r", r);
    }
  }

  /** Which tensor is layer 0: before or after a decoder adds its position table. */
  public enum Initial {
    /** Masked tokens are still identical (Condition 1 of the paper's proof). */
    BEFORE_POSITION,
    /** The input of block 0. */
    AFTER_POSITION
  }

  /** Checks epsilon and that everything is given. */
  public MtoConfig {
    Rules.given("mto.weights", weights);
    Rules.given("mto.ranking", ranking);
    Rules.given("mto.initial", initial);
    Rules.given("mto.scale", scale);
    Rules.given("mto.normalise", normalise);
    Rules.given("mto.reduction", reduction);
    Rules.given("mto.self_affinity", selfAffinity);
    Rules.positive("mto.epsilon", epsilon);
  }

  /** The options of the loss module. */
  public MtoOptions options() {
    return new MtoOptions(
        new MtoWeights(weights.spa(), weights.e(), weights.r()),
        ranking,
        scale,
        normalise,
        reduction,
        selfAffinity,
        epsilon);
  }
}
