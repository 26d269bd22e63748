package dev.mto.engine.analysis;

/**
 * What a layer's tokens are like, means over images.
 *
 * @param heterogeneity H of masked against visible tokens (eq. 2), in nats
 * @param maskedNorm Euclidean norm of a masked token
 * @param visibleNorm Euclidean norm of a visible token; affinities are dot products, so norms make
 *     them as sharp as angles do
 */
public record LayerFigures(double heterogeneity, double maskedNorm, double visibleNorm) {}
