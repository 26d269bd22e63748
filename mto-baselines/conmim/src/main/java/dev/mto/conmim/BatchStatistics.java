package dev.mto.conmim;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * What batch normalisation measured of one batch.
 *
 * @param layer name of the layer in the graph, e.g. {@code teacher.projectors.1}
 * @param features F
 * @param mean of each feature [1, F]
 * @param variance of each feature [1, F], unbiased, as the running variance wants it
 */
record BatchStatistics(String layer, int features, SDVariable mean, SDVariable variance) {}
