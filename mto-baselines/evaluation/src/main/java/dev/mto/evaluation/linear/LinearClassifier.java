package dev.mto.evaluation.linear;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A linear classifier of feature vectors x: weight·(x - mean)/√variance + bias. All in float32.
 *
 * @param weight [K, D]
 * @param bias [K]
 * @param mean [1, D]
 * @param variance [1, D], above 0
 */
public record LinearClassifier(INDArray weight, INDArray bias, INDArray mean, INDArray variance) {}
