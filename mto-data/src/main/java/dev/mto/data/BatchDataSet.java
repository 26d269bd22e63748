package dev.mto.data;

import java.util.Objects;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** A batch as ND4J's data set. */
final class BatchDataSet {
  private BatchDataSet() {}

  static MultiDataSet of(ImageBatch batch, int classes) {
    INDArray[] features =
        Stream.of(batch.images(), batch.mask(), batch.secondView())
            .filter(Objects::nonNull)
            .toArray(INDArray[]::new);
    INDArray[] labels = classes == 0 ? null : new INDArray[] {oneHot(batch.labels(), classes)};
    return new MultiDataSet(features, labels);
  }

  private static INDArray oneHot(int[] labels, int classes) {
    float[] rows = new float[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      rows[i * classes + labels[i]] = 1f;
    }
    return FloatArrays.of(rows, labels.length, classes);
  }
}
