package dev.mto.executor.kernels;

/**
 * A function of each element.
 *
 * @param kind the function
 * @param alpha its first constant
 * @param beta its second constant
 */
public record Unary(Kind kind, float alpha, float beta) {
  /** Functions of x. */
  public enum Kind {
    /** {@code alpha * x + beta}. */
    LINEAR,
    /** {@code alpha / x}. */
    RECIPROCAL,
    /** e^x. */
    EXP,
    /** ln x. */
    LOG,
    /** ln(1 + e^x). */
    SOFTPLUS,
    /** √x. */
    SQUARE_ROOT,
    /** x². */
    SQUARE,
    /** |x|. */
    ABSOLUTE,
    /** max(x, 0). */
    RELU,
    /** x/2·(1 + erf(x/√2)). */
    GELU,
    /** The integer towards zero; it has no gradient. */
    TRUNCATE
  }

  /** A function without constants. */
  public static Unary of(Kind kind) {
    return new Unary(kind, 0, 0);
  }

  /** {@code scale * x + shift}. */
  public static Unary linear(double scale, double shift) {
    return new Unary(Kind.LINEAR, (float) scale, (float) shift);
  }

  /** {@code numerator / x}. */
  public static Unary reciprocal(double numerator) {
    return new Unary(Kind.RECIPROCAL, (float) numerator, 0);
  }
}
