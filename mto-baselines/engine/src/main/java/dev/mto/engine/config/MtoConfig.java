package dev.mto.engine.config;

import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoWeights;
import dev.mto.losses.Normalise;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.losses.Scale;
import dev.mto.losses.SelfAffinity;

/**
 * Masked Token Optimization.
 *
 * @param enabled whether its losses are added; heterogeneity is logged either way
 * @param weights of L_spa, L_e and L_r in the total loss
 * @param ranking {@code described} (heterogeneity falls with depth, as the text of the paper asks)
 *     or {@code printed} (eq. 7 to the letter)
 * @param initial which tokens are layer 0
 * @param scale of the dot products
 * @param normalise of the tokens before the dot products
 * @param reduction of L_spa over visible rows: {@code mean}, or {@code sum} as printed
 * @param selfAffinity whether a visible token's row of L_spa holds the token itself
 * @param epsilon of eq. 6
 */
public record MtoConfig(
    boolean enabled,
    Weights weights,
    Ranking ranking,
    Initial initial,
    Scale scale,
    Normalise normalise,
    Reduction reduction,
    SelfAffinity selfAffinity,
    double epsilon) {

  /** Weights of the three losses. */
  public record Weights(double spa, double e, double r) {
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
