package dev.mto.engine.optimizer;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The global norm of all gradients, and clipping by it as PyTorch's clip_grad_norm_ does. */
public final class GradientNorm {
  private static final double PYTORCH_EPSILON = 1e-6;

  private GradientNorm() {}

  /**
   * The Euclidean norm of all {@code gradients} as one vector; not finite if one of them is not.
   */
  public static double of(Collection<INDArray> gradients) {
    if (HostArrays.areSuited(gradients)) {
      List<INDArray[]> single = gradients.stream().map(g -> new INDArray[] {g}).toList();
      return Math.sqrt(
          HostArrays.forEach(single, 0, (group, staged, length) -> squares(staged[0], length)));
    }
    double sum = 0;
    for (INDArray gradient : gradients) {
      double norm = gradient.norm2Number().doubleValue();
      sum += norm * norm;
    }
    return Math.sqrt(sum);
  }

  /**
   * The scalar product of two gradients as vectors, over the names that both have.
   *
   * @param a by parameter
   * @param b by parameter, of the same shapes
   */
  public static double product(Map<String, INDArray> a, Map<String, INDArray> b) {
    List<INDArray[]> pairs =
        a.keySet().stream()
            .filter(b::containsKey)
            .map(name -> new INDArray[] {a.get(name), b.get(name)})
            .toList();
    if (HostArrays.areSuited(pairs.stream().flatMap(Arrays::stream).toList())) {
      return HostArrays.forEach(
          pairs, 0, (group, staged, length) -> products(staged[0], staged[1], length));
    }
    double sum = 0;
    for (INDArray[] pair : pairs) {
      sum += pair[0].mul(pair[1]).sumNumber().doubleValue();
    }
    return sum;
  }

  private static double products(float[] x, float[] y, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }

  /** Σ x² of up to some thousand elements, in four sums. */
  private static double squares(float[] x, int length) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i + 3 < length; i += 4) {
      a += x[i] * x[i];
      b += x[i + 1] * x[i + 1];
      c += x[i + 2] * x[i + 2];
      d += x[i + 3] * x[i + 3];
    }
    for (; i < length; i++) {
      a += x[i] * x[i];
    }
    return (double) a + b + c + d;
  }

  /**
   * The factor, at most 1, that brings gradients to a global norm of at most {@code largest}.
   *
   * @param norm their global norm
   * @param largest 0 for no limit
   */
  public static double clipFactor(double norm, double largest) {
    return largest > 0 ? Math.min(1, largest / (norm + PYTORCH_EPSILON)) : 1;
  }
}
