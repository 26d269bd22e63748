package dev.mto.engine.analysis;

import dev.mto.data.mask.Mask;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sums up what a layer's tokens are like, batch by batch. */
final class LayerSums {
  private double heterogeneity;
  private double masked;
  private double visible;
  private long images;
  private long maskedCount;
  private long visibleCount;

  /**
   * Adds a batch.
   *
   * @param mean H, mean over its images
   * @param tokens {@code [batch, tokens, dim]}
   * @param masks of the images
   */
  LayerSums add(double mean, INDArray tokens, List<Mask> masks) {
    double[][] norms = tokens.norm2(2).toDoubleMatrix();
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
    heterogeneity += mean * norms.length;
    images += norms.length;
    return this;
  }

  /** Means over all images, and over all masked and all visible tokens. */
  LayerFigures figures() {
    return new LayerFigures(heterogeneity / images, masked / maskedCount, visible / visibleCount);
  }
}
