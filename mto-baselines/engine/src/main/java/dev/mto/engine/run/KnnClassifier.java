package dev.mto.engine.run;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * k-nearest-neighbour accuracy on frozen features: cosine similarity, majority of the k nearest,
 * the nearest breaking ties.
 */
final class KnnClassifier {
  private static final int NEIGHBOURS = 10;

  private KnnClassifier() {}

  /**
   * Share of {@code queries} whose class is found.
   *
   * @param train [n, D], rows of norm 1
   * @param queries [m, D], rows of norm 1
   */
  static double accuracy(INDArray train, int[] trainLabels, INDArray queries, int[] queryLabels) {
    int right = 0;
    try (INDArray similarity = queries.mmul(train.transpose())) {
      for (int q = 0; q < queryLabels.length; q++) {
        float[] row = similarity.getRow(q).toFloatVector();
        if (vote(row, trainLabels) == queryLabels[q]) {
          right++;
        }
      }
    }
    return (double) right / queryLabels.length;
  }

  private static int vote(float[] similarity, int[] labels) {
    int[] nearest =
        IntStream.range(0, similarity.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -similarity[i]))
            .limit(NEIGHBOURS)
            .mapToInt(i -> labels[i])
            .toArray();
    int[] votes = new int[Arrays.stream(labels).max().orElse(0) + 1];
    for (int label : nearest) {
      votes[label]++;
    }
    int best = nearest[0];
    for (int label : nearest) {
      if (votes[label] > votes[best]) {
        best = label;
      }
    }
    return best;
  }
}
