package dev.mto.bench.evaluate;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mean and deviation of each feature over images.
 *
 * @param mean [D]
 * @param deviation [D], not 0
 */
record FeatureMoments(INDArray mean, INDArray deviation) implements AutoCloseable {
  private static final double SMALLEST = 1e-6;

  /** Of features [n, D]. */
  static FeatureMoments of(INDArray rows) {
    return new FeatureMoments(rows.mean(0), rows.std(false, 0).addi(SMALLEST));
  }

  /** Standardises features [n, D] in place. */
  void apply(INDArray rows) {
    rows.subiRowVector(mean).diviRowVector(deviation);
  }

  @Override
  public void close() {
    mean.close();
    deviation.close();
  }
}
