package dev.mto.engine.optimizer;

import java.util.Collection;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The global norm of all gradients, and clipping by it as PyTorch's clip_grad_norm_ does. */
public final class GradientNorm {
  private static final double PYTORCH_EPSILON = 1e-6;

  private GradientNorm() {}

  /**
   * The Euclidean norm of all {@code gradients} as one vector; not finite if one of them is not.
   */
  public static double of(Collection<INDArray> gradients) {
    double sum = 0;
    for (INDArray gradient : gradients) {
      double norm = gradient.norm2Number().doubleValue();
      sum += norm * norm;
    }
    return Math.sqrt(sum);
  }

  /**
   * Scales {@code gradients} in place so that their global norm is at most {@code largest}.
   *
   * @param norm their global norm
   */
  public static void clip(Collection<INDArray> gradients, double norm, double largest) {
    double factor = largest / (norm + PYTORCH_EPSILON);
    if (factor < 1) {
      gradients.forEach(gradient -> gradient.muli(factor));
    }
  }
}
