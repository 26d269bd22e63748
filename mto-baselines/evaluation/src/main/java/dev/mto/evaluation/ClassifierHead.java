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

  /** Standard deviation of the first weights of a probe's linear layer. */
  static final double PROBE_STD = 0.01;

  private ClassifierHead() {}

  /**
   * Adds the head with its first values: the official names {@code fc_norm}, {@code head.norm} and
   * {@code head}, and those of {@link AttentivePooling} where it is one.
   *
   * @param classes K
   * @param weight first value of the linear layer's weight
   * @return {@code logits} [B, K]
   */
  static SDVariable logits(
      EncoderModel encoder, int dim, ClassifiedFeatures seen, int classes, Initializer weight) {
    Parameters parameters = encoder.parameters();
    if (seen.attentive()) {
      SDVariable tokens = encoder.patchTokens(seen.block());
      SDVariable standardised =
          standardised(parameters, dim, seen.standardisationEpsilon(), tokens, 1, 1, dim);
      return attentive(parameters, standardised, dim, seen.attentionHeads(), classes);
    }
    SDVariable features = encoder.features(seen.kind());
    SDVariable normed =
        switch (seen.norm()) {
          case NONE -> features;
          case PLAIN -> LayerNorm.standardise(features, NORM_EPSILON);
          case LEARNED -> new LayerNorm(parameters, FC_NORM, dim).apply(features);
        };
    return Linear.declare(parameters, NAME, weight, classes, dim)
        .rows(standardised(parameters, dim, seen.standardisationEpsilon(), normed, 1, dim))
        .rename(LOGITS);
  }

  /**
   * Adds an attentive pooling and the linear layer on it, with first values.
   *
   * @param tokens standardised [B, N, D]
   * @return {@code logits} [B, K]
   */
  static SDVariable attentive(
      Parameters parameters, SDVariable tokens, int dim, int heads, int classes) {
    SDVariable pooled = AttentivePooling.pool(parameters, tokens, dim, heads);
    Initializer weight = Initializer.normal(PROBE_STD);
    return Linear.declare(parameters, NAME, weight, classes, AttentivePooling.width(dim, heads))
        .rows(pooled)
        .rename(LOGITS);
  }

  private static SDVariable standardised(
      Parameters parameters, int dim, Double epsilon, SDVariable values, long... broadcast) {
    if (epsilon == null) {
      return values;
    }
    SDVariable mean = parameters.declare(MEAN, Initializer.zeros(), 1, dim);
    SDVariable variance = parameters.declare(VARIANCE, Initializer.ones(), 1, dim);
    SDVariable deviation = values.getSameDiff().math().sqrt(variance.add(epsilon));
    return values.sub(mean.reshape(broadcast)).div(deviation.reshape(broadcast));
  }
}
