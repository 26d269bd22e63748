package dev.mto.evaluation;

import dev.mto.engine.encoder.EncoderModel;
import dev.mto.models.Initializer;
import dev.mto.models.LayerNorm;
import dev.mto.models.Linear;
import dev.mto.models.Parameters;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What a classifier has on top of an encoder, in the encoder's graph. Shapes: B images, D width.
 */
final class ClassifierHead {
  static final String FC_NORM = "fc_norm";
  static final String NAME = "head";
  static final String WEIGHT = NAME + ".weight";
  static final String BIAS = NAME + ".bias";
  static final String MEAN = "head.norm.running_mean";
  static final String VARIANCE = "head.norm.running_var";
  static final String LOGITS = "logits";

  /** ε of every layer normalisation of a feature. */
  static final double NORM_EPSILON = 1e-6;

  private ClassifierHead() {}

  /**
   * Adds the head with its first values: the official names {@code fc_norm}, {@code head.norm} and
   * {@code head}.
   *
   * @param classes K
   * @param weight first value of the linear layer's weight
   * @return {@code logits} [B, K]
   */
  static SDVariable logits(
      EncoderModel encoder, int dim, ClassifiedFeatures seen, int classes, Initializer weight) {
    Parameters parameters = encoder.parameters();
    SDVariable features = encoder.features(seen.kind());
    SDVariable normed =
        switch (seen.norm()) {
          case NONE -> features;
          case PLAIN -> LayerNorm.standardise(features, NORM_EPSILON);
          case LEARNED -> new LayerNorm(parameters, FC_NORM, dim).apply(features);
        };
    return Linear.declare(parameters, NAME, weight, classes, dim)
        .rows(standardised(parameters, dim, seen.standardisationEpsilon(), normed))
        .rename(LOGITS);
  }

  private static SDVariable standardised(
      Parameters parameters, int dim, Double epsilon, SDVariable features) {
    if (epsilon == null) {
      return features;
    }
    SDVariable mean = parameters.declare(MEAN, Initializer.zeros(), 1, dim);
    SDVariable variance = parameters.declare(VARIANCE, Initializer.ones(), 1, dim);
    return features.sub(mean).div(features.getSameDiff().math().sqrt(variance.add(epsilon)));
  }
}
