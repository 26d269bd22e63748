package dev.mto.losses;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Affinities of one image in plain double arithmetic, independent of the graph. */
final class PlainAffinity {

  private PlainAffinity() {}

  static boolean[] masked(double[] mask) {
    boolean[] masked = new boolean[mask.length];
    for (int token = 0; token < mask.length; token++) {
      masked[token] = mask[token] == 1;
    }
    return masked;
  }

  /** Scores of all pairs, [N][N]. */
  static double[][] scores(double[][] tokens, MtoOptions options) {
    double[][] x = normalised(tokens, options.normalise());
    double[][] scores = new double[x.length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        scores[i][j] =
            dot(x[i], x[j]) * factor(x[i].length, options.scale()) / options.temperature();
      }
    }
    return scores;
  }

  /** Scores of masked rows and visible columns, [M][V]. */
  static double[][] maskedRows(double[][] tokens, boolean[] masked, MtoOptions options) {
    double[][] scores = scores(tokens, options);
    return IntStream.range(0, masked.length)
        .filter(i -> masked[i])
        .mapToObj(i -> columns(scores[i], j -> !masked[j]))
        .toArray(double[][]::new);
  }

  /** Scores of visible rows and all columns, or all but the diagonal, [V][N or N-1]. */
  static double[][] visibleRows(double[][] tokens, boolean[] masked, MtoOptions options) {
    double[][] scores = scores(tokens, options);
    boolean diagonal = options.selfAffinity() == SelfAffinity.INCLUDE;
    return IntStream.range(0, masked.length)
        .filter(i -> !masked[i])
        .mapToObj(i -> columns(scores[i], j -> diagonal || j != i))
        .toArray(double[][]::new);
  }

  static double[] softmax(double[] scores) {
    double max = Arrays.stream(scores).max().orElseThrow();
    double z = Arrays.stream(scores).map(s -> Math.exp(s - max)).sum();
    return Arrays.stream(scores).map(s -> Math.exp(s - max) / z).toArray();
  }

  /** Entropy of the softmax of scores, in nats. */
  static double entropy(double[] scores) {
    double max = Arrays.stream(scores).max().orElseThrow();
    double z = 0;
    double weighted = 0;
    for (double score : scores) {
      double weight = Math.exp(score - max);
      z += weight;
      weighted += weight * (score - max);
    }
    return Math.log(z) - weighted / z;
  }

  private static double[] columns(double[] row, IntPredicate kept) {
    return IntStream.range(0, row.length).filter(kept).mapToDouble(j -> row[j]).toArray();
  }

  private static double[][] normalised(double[][] tokens, Normalise normalise) {
    return switch (normalise) {
      case NONE -> tokens;
      case L2 -> Arrays.stream(tokens).map(PlainAffinity::unitLength).toArray(double[][]::new);
    };
  }

  private static double[] unitLength(double[] token) {
    double norm = Math.sqrt(dot(token, token) + Affinity.SQUARED_NORM_FLOOR);
    return Arrays.stream(token).map(x -> x / norm).toArray();
  }

  private static double factor(int dim, Scale scale) {
    return switch (scale) {
      case NONE -> 1;
      case SQRT_DIM -> 1 / Math.sqrt(dim);
    };
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }
}
