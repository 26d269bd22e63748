package dev.mto.speed.step;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How far two sets of gradients are apart.
 *
 * @param relative {@code ||g - g'|| / ||g'||} over all parameters together
 * @param worst the parameter that has the largest part in it
 */
record GradientDifference(double relative, String worst) {

  /**
   * Compares.
   *
   * @param gradients g by parameter; one that is missing on either side counts as zero there
   * @param reference g' by parameter
   * @throws BenchmarkFailure when a parameter has another number of values
   */
  static GradientDifference between(
      Map<String, INDArray> gradients, Map<String, INDArray> reference) {
    double differences = 0;
    double norm = 0;
    double largest = -1;
    String worst = "none";
    Set<String> names = new TreeSet<>(gradients.keySet());
    names.addAll(reference.keySet());
    for (String name : names) {
      double difference = squaredDifference(name, gradients.get(name), reference.get(name));
      differences += difference;
      norm += squaredNorm(reference.get(name));
      if (!(difference <= largest)) { // a NaN is the worst
        largest = difference;
        worst = name;
      }
    }
    return new GradientDifference(
        norm == 0 && differences == 0 ? 0 : Math.sqrt(differences / norm), worst);
  }

  private static double squaredDifference(String name, INDArray a, INDArray b) {
    if (a == null || b == null) {
      return squaredNorm(a == null ? b : a);
    }
    if (a.length() != b.length()) {
      throw new BenchmarkFailure(
          "the gradient of "
              + name
              + " has "
              + a.length()
              + " values here and "
              + b.length()
              + " in libtorch: these are not the same model");
    }
    try (INDArray difference = a.reshape(-1).sub(b.reshape(-1))) {
      return squaredNorm(difference);
    }
  }

  private static double squaredNorm(INDArray array) {
    if (array == null) {
      return 0;
    }
    double norm = array.norm2Number().doubleValue();
    return norm * norm;
  }
}
