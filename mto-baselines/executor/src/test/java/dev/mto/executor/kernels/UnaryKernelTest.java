package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.executor.kernels.Unary.Kind;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of each element against their formulas, and gradients against finite differences. */
class UnaryKernelTest extends KernelTest {
  private static final double STEP = 1e-6;

  /** How far oneDNN's logarithm is off, mostly by 1.4e-6. */
  private static final double LOGARITHM = 4e-6;

  static Stream<Arguments> functions() {
    return Stream.of(
        function(Unary.linear(-1.5, 0.25), false, x -> -1.5 * x + 0.25),
        function(Unary.linear(3, 0), false, x -> 3 * x),
        function(Unary.linear(1, 0), false, x -> x),
        function(Unary.reciprocal(1), true, x -> 1 / x),
        function(Unary.reciprocal(-2.5), true, x -> -2.5 / x),
        function(Unary.of(Kind.EXP), false, Math::exp),
        function(Unary.of(Kind.LOG), true, Math::log),
        function(Unary.of(Kind.SOFTPLUS), false, x -> Math.log1p(Math.exp(x))),
        function(Unary.of(Kind.SQUARE_ROOT), true, Math::sqrt),
        function(Unary.of(Kind.SQUARE), false, x -> x * x),
        function(Unary.of(Kind.ABSOLUTE), false, Math::abs),
        function(Unary.of(Kind.RELU), false, x -> Math.max(x, 0)),
        function(Unary.of(Kind.GELU), false, x -> x / 2 * (1 + erf(x / Math.sqrt(2)))));
  }

  private static Arguments function(Unary function, boolean positive, DoubleUnaryOperator formula) {
    return Arguments.of(function, positive, formula);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("functions")
  void equalsItsFormulaApartAndInPlace(
      Unary function, boolean positive, DoubleUnaryOperator formula) {
    for (long length : new long[] {1, 16, 37, 1003}) {
      Tensor x = arguments(length, positive);
      double[] expected = mapped(elements(x), formula);
      Tensor out = unwritten(length);

      kernels.unary(function, x, out).run();
      kernels.unary(function, x, x).run();

      assertClose(out, expected, function.kind() == Kind.LOG ? LOGARITHM : 2e-6);
      assertThat(elements(x)).isEqualTo(elements(out));
    }
  }

  /** All but the reciprocal, whose gradient plans compose. */
  static Stream<Arguments> functionsWithGradient() {
    return functions().filter(function -> ((Unary) function.get()[0]).kind() != Kind.RECIPROCAL);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("functionsWithGradient")
  void gradientIsThatOfTheFormulaApartAndInPlace(
      Unary function, boolean positive, DoubleUnaryOperator formula) {
    for (long length : new long[] {1, 16, 37, 1003}) {
      Tensor x = arguments(length, positive);
      float[] at = elements(x);
      Tensor gradient = gaussian(2, length);
      float[] given = elements(gradient);
      double[] expected = new double[at.length];
      for (int i = 0; i < expected.length; i++) {
        double slope =
            (formula.applyAsDouble(at[i] + STEP) - formula.applyAsDouble(at[i] - STEP))
                / (2 * STEP);
        expected[i] = given[i] * slope;
      }
      Tensor out = unwritten(length);

      kernels.unaryGradient(function, x, gradient, out).run();
      kernels.unaryGradient(function, x, gradient, gradient).run();

      assertClose(out, expected, 5e-6);
      assertThat(elements(gradient)).isEqualTo(elements(out));
      assertThat(elements(x)).isEqualTo(at);
    }
  }

  @Test
  void reciprocalOfANegativeNumberIsNegative() {
    Tensor x = tensor(new float[] {-2, -0.5f, 4}, 3);

    kernels.unary(Unary.reciprocal(1), x, x).run();

    assertThat(elements(x)).containsExactly(-0.5f, -2, 0.25f);
  }

  @Test
  void largeArgumentsStayFinite() {
    Tensor x = tensor(new float[] {-1e4f, -100, 100, 1e4f}, 4);
    Tensor out = unwritten(4);

    kernels.unary(Unary.of(Kind.SOFTPLUS), x, out).run();
    assertClose(out, new double[] {0, 0, 100, 1e4}, 1e-7);
    kernels.unary(Unary.of(Kind.GELU), x, out).run();
    assertClose(out, new double[] {0, 0, 100, 1e4}, 1e-7);
  }

  @Test
  void truncationRoundsTowardsZero() {
    Tensor x = tensor(new float[] {-2.9f, -0.5f, 0, 0.99f, 1, 3.5f, 16777217, -1e10f}, 8);
    Tensor out = unwritten(8);

    kernels.unary(Unary.of(Kind.TRUNCATE), x, out).run();
    kernels.unary(Unary.of(Kind.TRUNCATE), x, x).run();

    assertThat(elements(out)).containsExactly(-2, 0, 0, 0, 1, 3, 16777216, -1e10f);
    assertThat(elements(x)).isEqualTo(elements(out));
  }

  @Test
  void truncationHasNoGradient() {
    Tensor x = gaussian(1, 4);
    assertThatThrownBy(() -> kernels.unaryGradient(Unary.of(Kind.TRUNCATE), x, x, unwritten(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no gradient");
  }

  /** Series of positive terms: e^(-x²)·2/√π·Σ 2ⁿ x^(2n+1) / (1·3·5···(2n+1)). */
  private static double erf(double x) {
    double term = x;
    double sum = 0;
    for (int n = 1; Math.abs(term) > 1e-18; n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  /** Normal numbers, kept away from corners and poles; or numbers from 0.2 on. */
  private Tensor arguments(long length, boolean positive) {
    float[] x = elements(gaussian(1, length));
    for (int i = 0; i < x.length; i++) {
      x[i] = positive ? 0.2f + Math.abs(x[i]) : x[i] + Math.copySign(0.01f, x[i]);
    }
    return tensor(x, length);
  }

  private static double[] mapped(float[] x, DoubleUnaryOperator formula) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = formula.applyAsDouble(x[i]);
    }
    return y;
  }
}
