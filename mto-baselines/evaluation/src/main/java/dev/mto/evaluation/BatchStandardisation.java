package dev.mto.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Batch normalisation without gain and bias, eps 1e-6, momentum 0.1, as PyTorch's BatchNorm1d. Its
 * input is a frozen feature, so that nothing flows back through it.
 */
final class BatchStandardisation implements AutoCloseable {
  static final double EPSILON = 1e-6;

  private static final double MOMENTUM = 0.1;

  private final INDArray mean;
  private final INDArray variance;

  /** Running mean 0 and variance 1 of {@code dim} values. */
  BatchStandardisation(int dim) {
    mean = Nd4j.zeros(DataType.FLOAT, 1, dim);
    variance = Nd4j.ones(DataType.FLOAT, 1, dim);
  }

  /** Normalises features [B, D] in place by their own statistics, which move the running ones. */
  void train(INDArray features) {
    long count = features.size(0);
    try (INDArray batchMean = features.mean(true, 0);
        INDArray squares = Transforms.pow(features.subi(batchMean), 2);
        INDArray batchVariance = squares.mean(true, 0)) {
      move(mean, batchMean, 1);
      move(variance, batchVariance, count / Math.max(1.0, count - 1.0));
      scale(features, batchVariance);
    }
  }

  /** Normalises features [B, D] in place by the running statistics. */
  void apply(INDArray features) {
    features.subi(mean);
    scale(features, variance);
  }

  private static void scale(INDArray features, INDArray variance) {
    try (INDArray deviation = variance.add(EPSILON)) {
      features.divi(Transforms.sqrt(deviation, false));
    }
  }

  private static void move(INDArray running, INDArray batch, double factor) {
    try (INDArray part = batch.mul(MOMENTUM * factor)) {
      running.muli(1 - MOMENTUM).addi(part);
    }
  }

  /** The live running statistics. */
  Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>();
    state.put(ClassifierHead.MEAN, mean);
    state.put(ClassifierHead.VARIANCE, variance);
    return state;
  }

  @Override
  public void close() {
    mean.close();
    variance.close();
  }
}
