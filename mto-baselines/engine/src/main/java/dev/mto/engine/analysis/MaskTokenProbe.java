package dev.mto.engine.analysis;

import dev.mto.data.mask.Mask;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The mask token against the visible tokens, on the first image of a batch: H measures how even the
 * affinities are, not whether tokens are orthogonal, so norm and cosine are logged beside it.
 *
 * @param norm mean Euclidean norm of the masked tokens
 * @param cosine mean |cos| between masked and visible tokens
 */
public record MaskTokenProbe(double norm, double cosine) {
  /**
   * Measures the first image.
   *
   * @param tokens [B, N, D]
   * @param mask of the first image
   */
  public static MaskTokenProbe of(INDArray tokens, Mask mask) {
    double[][] x = tokens.slice(0).toDoubleMatrix();
    double[] norms = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      norms[i] = Math.sqrt(dot(x[i], x[i]));
    }
    double norm = 0;
    double cosine = 0;
    int count = 0;
    int pairs = 0;
    for (int i : mask.masked()) {
      norm += norms[i];
      count++;
      for (int j : mask.visible()) {
        cosine += Math.abs(dot(x[i], x[j])) / Math.max(norms[i] * norms[j], Double.MIN_NORMAL);
        pairs++;
      }
    }
    return new MaskTokenProbe(norm / count, cosine / pairs);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }
}
