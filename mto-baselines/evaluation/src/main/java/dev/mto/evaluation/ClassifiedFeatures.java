package dev.mto.evaluation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.UserException;

/**
 * What of an encoder a classifier sees: a feature vector, normalised by {@code norm}, then
 * standardised.
 *
 * @param pooling how the tokens of an image become one vector
 * @param block output of this block, from 1, before any norm; 0 for the last block's after the
 *     final norm
 * @param norm layer normalisation of the vector
 * @param standardisationEpsilon ε of (x - mean)/√(variance + ε) with the mean and variance that are
 *     among the weights; null where vectors are not standardised
 * @param attentionHeads heads of the attention of one query that takes the place of the pooling,
 *     over patch tokens that are standardised before; null where there is none
 */
public record ClassifiedFeatures(
    Pooling pooling,
    int block,
    Norm norm,
    @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("standardisation_epsilon")
        Double standardisationEpsilon,
    @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("attention_heads")
        Integer attentionHeads) {

  /** How a feature is normalised over its own values. */
  public enum Norm {
    /** Not at all. */
    NONE,
    /** To mean 0 and variance 1. */
    PLAIN,
    /** As {@code PLAIN}, with a learned gain and bias, {@code fc_norm}. */
    LEARNED
  }

  /** Checks that all is given. */
  public ClassifiedFeatures {
    if (attentionHeads != null && attentionHeads < 1) {
      throw new UserException("attention_heads is " + attentionHeads + " but must be above 0");
    }
    if (pooling == null || norm == null || block < 0) {
      throw new UserException("pooling, block (from 0) and norm must be given");
    }
  }

  /** Of an encoder of {@code depth} blocks that is trained on. */
  static ClassifiedFeatures of(FineTuneConfig recipe, int depth) {
    return recipe.pooling() == Pooling.MEAN
        ? new ClassifiedFeatures(Pooling.MEAN, depth, Norm.LEARNED, null, null)
        : new ClassifiedFeatures(Pooling.CLASS, 0, Norm.NONE, null, null);
  }

  /** Of a linear probe. */
  static ClassifiedFeatures of(LinearProbeConfig recipe) {
    return new ClassifiedFeatures(
        recipe.pooling(),
        recipe.block(),
        recipe.featureNorm() ? Norm.PLAIN : Norm.NONE,
        BatchStandardisation.EPSILON,
        null);
  }

  /** Of a logistic regression on features of this kind. */
  static ClassifiedFeatures solved(FeatureKind kind) {
    return new ClassifiedFeatures(kind.pooling(), kind.block(), Norm.NONE, 0.0, null);
  }

  /** Whether an attention pools the tokens. */
  public boolean attentive() {
    return attentionHeads != null;
  }

  /** Which features of the encoder they are; of an attention, those but for its weights. */
  public FeatureKind kind() {
    return new FeatureKind(pooling, block);
  }
}
