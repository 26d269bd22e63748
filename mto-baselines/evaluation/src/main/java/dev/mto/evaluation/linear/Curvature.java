package dev.mto.evaluation.linear;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.eigen.Eigen;
import org.nd4j.linalg.factory.Nd4j;

/**
 * About the inverse Hessian of {@link CrossEntropy}, by which L-BFGS starts: every class taken as
 * equally likely, the Hessian is h S + 1/(C n) for each column of W, with the second moments S of
 * the features and h = (K-1)/K². On features of an encoder, most of whose spread lies along few
 * axes, it saves nine iterations of ten. Of more than {@value #MOST_AXES} features, as raw pixels
 * are, only the diagonal of S is taken: its axes would take minutes and the square of their number.
 */
final class Curvature implements AutoCloseable {
  private static final int MOST_AXES = 1536;

  private final INDArray axes; // null where they are the features'
  private final double[] moments;
  private final int classes;

  private Curvature(INDArray axes, double[] moments, int classes) {
    this.axes = axes;
    this.moments = moments;
    this.classes = classes;
  }

  /** Of the features of all the objective's images. */
  static Curvature of(CrossEntropy objective) {
    return of(objective, MOST_AXES);
  }

  /** Of the diagonal alone for more than so many features. */
  static Curvature of(CrossEntropy objective, int mostAxes) {
    int dim = objective.dim();
    if (dim > mostAxes) {
      return new Curvature(null, diagonal(objective), objective.classes());
    }
    INDArray axes = Nd4j.zeros(DataType.DOUBLE, dim, dim);
    objective.forEachRows(
        (rows, from) -> {
          try (INDArray product = rows.transpose().mmul(rows)) {
            axes.addi(product);
          }
        });
    axes.divi(objective.size());
    try (INDArray moments = Eigen.symmetricGeneralizedEigenvalues(axes)) { // axes become vectors
      return new Curvature(axes, moments.toDoubleVector(), objective.classes());
    }
  }

  private static double[] diagonal(CrossEntropy objective) {
    try (INDArray sums = Nd4j.zeros(DataType.DOUBLE, objective.dim())) {
      objective.forEachRows(
          (rows, from) -> {
            try (INDArray squares = rows.mul(rows);
                INDArray sum = squares.sum(0)) {
              sums.addi(sum);
            }
          });
      return sums.divi(objective.size()).toDoubleVector();
    }
  }

  /**
   * The inverse times a vector, laid out as {@link CrossEntropy#variables}.
   *
   * @param penalty 1/(C n)
   */
  double[] inverse(double[] vector, double penalty) {
    int dim = moments.length;
    double likely = (classes - 1.0) / classes / classes;
    double[] result = vector.clone();
    for (int i = dim * classes; i < result.length; i++) {
      result[i] /= likely;
    }
    if (axes == null) {
      scale(result, dim * classes, likely, penalty);
      return result;
    }
    try (INDArray given = CrossEntropy.matrix(Arrays.copyOf(vector, dim * classes), classes);
        INDArray along = axes.transpose().mmul(given)) {
      double[] scaled = along.dup('c').data().asDouble();
      scale(scaled, scaled.length, likely, penalty);
      try (INDArray back = CrossEntropy.matrix(scaled, classes);
          INDArray product = axes.mmul(back)) {
        System.arraycopy(product.dup('c').data().asDouble(), 0, result, 0, dim * classes);
      }
    }
    return result;
  }

  /** Divides the first {@code length} values, a row of classes for each axis. */
  private void scale(double[] values, int length, double likely, double penalty) {
    for (int i = 0; i < length; i++) {
      values[i] /= likely * Math.max(0, moments[i / classes]) + penalty;
    }
  }

  @Override
  public void close() {
    if (axes != null) {
      axes.close();
    }
  }
}
