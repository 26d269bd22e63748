/**
 * Masked Token Optimization (MTO) for SameDiff models: the heterogeneity of masked tokens (equation
 * 2 of the paper) and the losses L_spa (3), L_e (6) and L_r (7) built on it.
 *
 * <p>One call adds all of it to a model of one's own:
 *
 * <pre>{@code
 * MtoTerms mto = MaskedTokenOptimization.add(sd, "mto", List.of(h0, h1, h2), mask, MtoOptions.defaults());
 * SDVariable loss = reconstruction.add("loss", mto.weighted());
 * }</pre>
 *
 * <p>{@link dev.mto.losses.EagerMto} and {@link dev.mto.losses.AffinityMap} compute the same
 * quantities on arrays, for analysis. Entropies are in nats throughout.
 */
package dev.mto.losses;
