package dev.mto.executor.parity;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Unary;

/** Functions of elements in double. */
final class Formulas {
  private Formulas() {}

  static double value(Unary function, double x) {
    return switch (function.kind()) {
      case LINEAR -> function.alpha() * x + function.beta();
      case RECIPROCAL -> function.alpha() / x;
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      case SQUARE_ROOT -> Math.sqrt(x);
      case SQUARE -> x * x;
      case ABSOLUTE -> Math.abs(x);
      case RELU -> Math.max(x, 0);
      case GELU -> x * normalBelow(x);
      case TRUNCATE -> (long) x;
    };
  }

  /** The derivative. */
  static double slope(Unary function, double x) {
    return switch (function.kind()) {
      case LINEAR -> function.alpha();
      case RECIPROCAL -> -function.alpha() / (x * x);
      case EXP -> Math.exp(x);
      case LOG -> 1 / x;
      case SOFTPLUS -> 1 / (1 + Math.exp(-x));
      case SQUARE_ROOT -> 0.5 / Math.sqrt(x);
      case SQUARE -> 2 * x;
      case ABSOLUTE -> Math.signum(x);
      case RELU -> x > 0 ? 1 : 0;
      case GELU -> normalBelow(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
      case TRUNCATE -> throw new IllegalArgumentException("truncation has no gradient");
    };
  }

  static double value(Binary function, double a, double b) {
    return switch (function) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
    };
  }

  /** The share of a normal distribution below x: by erf's series of positive terms. */
  private static double normalBelow(double x) {
    double z = x / Math.sqrt(2);
    double term = z;
    double sum = 0;
    for (int n = 1; Math.abs(term) > 1e-18; n++) {
      sum += term;
      term *= 2 * z * z / (2 * n + 1);
    }
    return 0.5 * (1 + 2 / Math.sqrt(Math.PI) * Math.exp(-z * z) * sum);
  }
}
