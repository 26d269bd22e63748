package dev.mto.engine.analysis;

import dev.mto.data.mask.Mask;
import java.util.List;
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
   * @param masks of the images
   */
  static LayerFigures of(double heterogeneity, INDArray tokens, List<Mask> masks) {
    double[][] norms = tokens.norm2(2).toDoubleMatrix();
    double masked = 0;
    double visible = 0;
    int maskedCount = 0;
    int visibleCount = 0;
    for (int image = 0; image < norms.length; image++) {
      for (int token : masks.get(image).masked()) {
        masked += norms[image][token];
        maskedCount++;
      }
      for (int token : masks.get(image).visible()) {
        visible += norms[image][token];
        visibleCount++;
      }
    }
    return new LayerFigures(heterogeneity, masked / maskedCount, visible / visibleCount);
  }
}
