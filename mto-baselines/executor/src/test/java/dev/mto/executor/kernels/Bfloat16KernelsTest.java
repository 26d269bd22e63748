package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.executor.kernels.Kernels.MatrixProduct;
import dev.mto.executor.kernels.Unary.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels on bfloat16 against the same ones on equal numbers of float32. */
class Bfloat16KernelsTest extends KernelTest {
  /** Half of the last place of a bfloat16, and what two float32 sums of the same may differ in. */
  private static final double ROUNDING = 1.0 / 256 + 1e-5;

  @BeforeEach
  void assumeBfloat16() {
    TestedKernels.assumeBfloat16();
  }

  @ParameterizedTest(name = "batch of {0}, M={1} N={2} K={3}")
  @CsvSource({
    "1,5,7,3",
    "1,16,32,16",
    "1,33,17,65",
    "1,1,9,40",
    "1,9,1,4",
    "1,1,1,50",
    "6,13,6,19",
    "6,12,12,5",
    "6,12,5,12",
    "6,1,24,13",
    "15,50,64,50"
  })
  void matrixProductsForEveryTranspositionAndResult(int batch, int m, int n, int k) {
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        Tensor a = narrow(1, batch, transposeA ? k : m, transposeA ? m : k);
        Tensor b = narrow(2, batch, transposeB ? n : k, transposeB ? k : n);
        Tensor expected = unwritten(batch, m, n);
        kernels
            .matmul(product(wide(a), transposeA, wide(b), transposeB, 0.25f, null), expected)
            .run();

        Tensor sums = unwritten(batch, m, n);
        kernels.matmul(product(a, transposeA, b, transposeB, 0.25f, null), sums).run();
        assertWithin(elements(sums), elements(expected), 1e-5);

        Tensor rounded = unwrittenNarrow(batch, m, n);
        kernels.matmul(product(a, transposeA, b, transposeB, 0.25f, null), rounded).run();
        assertRounded(rounded, expected);
      }
    }
  }

  @Test
  void aBiasIsAddedBeforeTheResultIsRounded() {
    Tensor a = narrow(1, 33, 20);
    Tensor b = narrow(2, 60, 20);
    Tensor bias = gaussian(3, 60);
    Tensor expected = unwritten(33, 60);
    kernels.matmul(product(wide(a), false, wide(b), true, 1, bias), expected).run();

    Tensor rounded = unwrittenNarrow(33, 60);
    kernels.matmul(product(a, false, b, true, 1, bias), rounded).run();
    assertRounded(rounded, expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 16, 37, 1003})
  void geluAndItsGradientApartAndInPlace(long length) {
    Unary gelu = Unary.of(Kind.GELU);
    Tensor x = narrow(1, length);
    Tensor gradient = narrow(2, length);
    Tensor expected = unwritten(length);
    Tensor expectedGradient = unwritten(length);
    kernels.unary(gelu, wide(x), expected).run();
    kernels.unaryGradient(gelu, wide(x), wide(gradient), expectedGradient).run();

    Tensor out = unwrittenNarrow(length);
    kernels.unary(gelu, x, out).run();
    assertRounded(out, expected);
    kernels.unaryGradient(gelu, x, gradient, out).run();
    assertRounded(out, expectedGradient);
    kernels.unaryGradient(gelu, x, gradient, gradient).run();
    assertRounded(gradient, expectedGradient);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Binary.class)
  void theSecondOperandOfAFunctionOfTwoElementsApartAndInPlace(Binary function) {
    for (long[] repeated : new long[][] {{33, 48}, {1, 48}, {33, 1}}) {
      Tensor a = gaussian(1, 33, 48);
      Tensor b = narrow(2, repeated);
      Tensor expected = unwritten(33, 48);
      kernels.binary(function, a, wide(b), expected).run();

      Tensor out = unwritten(33, 48);
      kernels.binary(function, a, b, out).run();
      assertWithin(elements(out), elements(expected), 1e-6);
      kernels.binary(function, a, b, a).run();
      assertThat(elements(a)).isEqualTo(elements(out));
    }
  }

  @ParameterizedTest(name = "{0} rows of {1}")
  @CsvSource({"1,1", "3,7", "16,16", "5,197", "33,50", "180,12"})
  void gradientOfSoftmaxApartAndInPlace(int rows, int columns) {
    Tensor scores = gaussian(1, rows, columns);
    kernels.softmax(scores, scores).run();
    Tensor y = rounded(scores);
    Tensor gradient = narrow(2, rows, columns);
    Tensor expected = unwritten(rows, columns);
    kernels.softmaxGradient(wide(y), wide(gradient), expected).run();

    Tensor out = unwrittenNarrow(rows, columns);
    kernels.softmaxGradient(y, gradient, out).run();
    assertRounded(out, expected);
    kernels.softmaxGradient(y, gradient, gradient).run();
    assertRounded(gradient, expected);
  }

  @Test
  void permutationsAndCopiesAreExact() {
    Tensor x = narrow(1, 3, 5, 2, 7);
    Tensor permuted = unwrittenNarrow(2, 3, 7, 5);
    Tensor expected = unwritten(2, 3, 7, 5);
    kernels.permute(x, new int[] {2, 0, 3, 1}, permuted).run();
    kernels.permute(wide(x), new int[] {2, 0, 3, 1}, expected).run();
    assertThat(elements(wide(permuted))).isEqualTo(elements(expected));

    Tensor copied = unwrittenNarrow(5, 10);
    Tensor expectedCopy = unwritten(5, 10);
    kernels.copyRows(rows(x, 3, 20), rows(copied, 2, 10), 5, 6).run();
    kernels.copyRows(rows(wide(x), 3, 20), rows(expectedCopy, 2, 10), 5, 6).run();
    assertThat(elements(wide(copied))).isEqualTo(elements(expectedCopy));
  }

  @Test
  void aKernelThatReadsFloat32RefusesBfloat16() {
    Tensor narrow = narrow(1, 4, 5);

    assertThatThrownBy(() -> kernels.binary(Binary.ADD, narrow, gaussian(2, 4, 5), unwritten(4, 5)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("BFLOAT16[4, 5] where a kernel needs another type");
  }

  private static Kernels.Rows rows(Tensor tensor, long start, long stride) {
    return new Kernels.Rows(tensor, start, stride);
  }

  private static MatrixProduct product(
      Tensor a, boolean ta, Tensor b, boolean tb, float scale, Tensor bias) {
    return new MatrixProduct(a, ta, b, tb, scale, bias, null);
  }

  /** Normal elements, rounded. */
  private Tensor narrow(long seed, long... shape) {
    return rounded(gaussian(seed, shape));
  }

  private Tensor rounded(Tensor x) {
    Tensor out = unwrittenNarrow(x.shape());
    kernels.cast(x, out).run();
    return out;
  }

  private Tensor wide(Tensor x) {
    Tensor out = unwritten(x.shape());
    kernels.cast(x, out).run();
    return out;
  }

  private Tensor unwrittenNarrow(long... shape) {
    return unwritten(ElementType.BFLOAT16, shape);
  }

  private void assertRounded(Tensor actual, Tensor expected) {
    assertWithin(elements(wide(actual)), elements(expected), ROUNDING);
  }

  /** Each within {@code relative} of itself, or of what cancels in the largest. */
  private static void assertWithin(float[] actual, float[] expected, double relative) {
    double largest = 1;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("element " + i)
          .isCloseTo(expected[i], within(relative * Math.abs(expected[i]) + 1e-5 * largest));
    }
  }
}
