package dev.mto.engine.run;

/** Affinities of all token pairs of one image, for pictures. */
final class AllPairs {
  private AllPairs() {}

  /**
   * Dot products X·Xᵀ, or their softmax along each row.
   *
   * @param tokens [N, D]
   * @param order of rows and columns
   */
  static double[][] affinity(double[][] tokens, int[] order, boolean softmax) {
    double[][] result = new double[order.length][order.length];
    for (int i = 0; i < order.length; i++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < order.length; j++) {
        double sum = 0;
        for (int d = 0; d < tokens[0].length; d++) {
          sum += tokens[order[i]][d] * tokens[order[j]][d];
        }
        result[i][j] = sum;
        max = Math.max(max, sum);
      }
      if (softmax) {
        softmax(result[i], max);
      }
    }
    return result;
  }

  private static void softmax(double[] row, double max) {
    double sum = 0;
    for (int j = 0; j < row.length; j++) {
      row[j] = Math.exp(row[j] - max);
      sum += row[j];
    }
    for (int j = 0; j < row.length; j++) {
      row[j] /= sum;
    }
  }
}
