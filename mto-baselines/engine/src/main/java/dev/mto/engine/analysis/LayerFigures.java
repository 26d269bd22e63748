package dev.mto.engine.analysis;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a layer's tokens are like, means over a batch.
 *
 * @param heterogeneity H of masked against visible tokens (eq. 2), in nats
 * @param maskedNorm Euclidean norm of a masked token
 * @param visibleNorm Euclidean norm of a visible token; affinities are dot products, so norms make
 *     them as sharp as angles do
 */
public record LayerFigures(double heterogeneity, double maskedNorm, double visibleNorm) {
  /**
   * Measures the norms of tokens.
   *
   * @param tokens {@code [batch, tokens, dim]}
   * @param mask {@code [batch, tokens]}, 1 = masked, at least one of each
   */
  static LayerFigures of(double heterogeneity, INDArray tokens, INDArray mask) {
    double[] norms = tokens.norm2(2).ravel().toDoubleVector();
    double[] masked = mask.ravel().toDoubleVector();
    double[] sums = new double[2];
    int[] counts = new int[2];
    for (int token = 0; token < norms.length; token++) {
      int side = masked[token] == 1 ? 1 : 0;
      sums[side] += norms[token];
      counts[side]++;
    }
    return new LayerFigures(heterogeneity, sums[1] / counts[1], sums[0] / counts[0]);
  }
}
