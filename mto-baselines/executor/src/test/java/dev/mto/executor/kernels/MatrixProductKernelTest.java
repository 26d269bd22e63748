package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.kernels.Kernels.MatrixProduct;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Matrix products against sums in double. */
class MatrixProductKernelTest extends KernelTest {
  private static final double TOLERANCE = 2e-6;

  @ParameterizedTest(name = "M={0} N={1} K={2}")
  @CsvSource({"5,7,3", "16,32,16", "33,17,65", "1,9,4", "9,1,4", "6,5,1", "1,1,1", "1,1,50"})
  void equalsTheSumsForEveryTransposition(int m, int n, int k) {
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        assertProduct(new long[0], m, n, k, transposeA, transposeB);
      }
    }
  }

  @ParameterizedTest(name = "batch of {0}")
  @ValueSource(strings = {"4", "1", "2,3", "1,3", "3,1"})
  void multipliesABatchMatrixByMatrix(String batch) {
    long[] extents = Arrays.stream(batch.split(",")).mapToLong(Long::parseLong).toArray();
    for (boolean transposeA : new boolean[] {false, true}) {
      for (boolean transposeB : new boolean[] {false, true}) {
        assertProduct(extents, 13, 6, 19, transposeA, transposeB);
        assertProduct(extents, 5, 1, 7, transposeA, transposeB);
        assertProduct(extents, 1, 5, 7, transposeA, transposeB);
        assertProduct(extents, 4, 5, 1, transposeA, transposeB);
      }
    }
  }

  private void assertProduct(
      long[] batch, int m, int n, int k, boolean transposeA, boolean transposeB) {
    Tensor a = gaussian(1, transposeA ? matrix(batch, k, m) : matrix(batch, m, k));
    Tensor b = gaussian(2, transposeB ? matrix(batch, n, k) : matrix(batch, k, n));
    Tensor out = unwritten(matrix(batch, m, n));

    kernels.matmul(product(a, transposeA, b, transposeB, 1, null, null), out).run();

    assertClose(out, multiplied(a, transposeA, b, transposeB, m, n, k), TOLERANCE);
  }

  @Test
  void scalesTheProductOnlyAndAddsABiasToEachRow() {
    Tensor a = gaussian(1, 11, 5);
    Tensor b = gaussian(2, 5, 7);
    Tensor bias = gaussian(3, 7);
    Tensor out = unwritten(11, 7);
    double[] products = multiplied(a, false, b, false, 11, 7, 5);

    kernels.matmul(product(a, false, b, false, 1, bias, null), out).run();
    assertClose(out, plus(products, 1, elements(bias)), TOLERANCE);

    kernels.matmul(product(a, false, b, false, 0.25f, null, null), out).run();
    assertClose(out, plus(products, 0.25, new float[77]), TOLERANCE);
  }

  @ParameterizedTest(name = "scale {0}")
  @ValueSource(floats = {1, -0.5f})
  void addsATensorThatLiesApart(float scale) {
    for (long[] batch : new long[][] {{}, {3}, {2, 2}}) {
      Tensor a = gaussian(1, matrix(batch, 9, 5));
      Tensor b = gaussian(2, matrix(batch, 6, 5));
      Tensor addend = gaussian(3, matrix(batch, 9, 6));
      float[] before = elements(addend);
      Tensor out = unwritten(matrix(batch, 9, 6));

      kernels.matmul(product(a, false, b, true, scale, null, addend), out).run();

      assertClose(out, plus(multiplied(a, false, b, true, 9, 6, 5), scale, before), TOLERANCE);
      assertThat(elements(addend)).isEqualTo(before);
    }
  }

  @ParameterizedTest(name = "scale {0}")
  @ValueSource(floats = {1, -0.5f})
  void addsToWhatTheResultHolds(float scale) {
    for (long[] batch : new long[][] {{}, {3}, {2, 2}}) {
      Tensor a = gaussian(1, matrix(batch, 5, 9));
      Tensor b = gaussian(2, matrix(batch, 5, 6));
      Tensor out = gaussian(3, matrix(batch, 9, 6));
      double[] expected = plus(multiplied(a, true, b, false, 9, 6, 5), scale, elements(out));

      kernels.matmul(product(a, true, b, false, scale, null, out), out).run();

      assertClose(out, expected, TOLERANCE);
    }
  }

  @Test
  void addsABiasAndATensorTogether() {
    Tensor a = gaussian(1, 9, 5);
    Tensor b = gaussian(2, 5, 6);
    Tensor bias = gaussian(3, 6);
    Tensor addend = gaussian(4, 9, 6);
    double[] expected =
        plus(plus(multiplied(a, false, b, false, 9, 6, 5), 1, elements(bias)), 1, elements(addend));
    Tensor apart = unwritten(9, 6);

    kernels.matmul(product(a, false, b, false, 1, bias, addend), apart).run();
    kernels.matmul(product(a, false, b, false, 1, bias, addend), addend).run();

    assertClose(apart, expected, TOLERANCE);
    assertClose(addend, expected, TOLERANCE);
  }

  @Test
  void oneSetServesManyTensorsOfTheSameShapes() {
    Tensor b = gaussian(2, 5, 6);
    Tensor first = unwritten(4, 6);
    Tensor second = unwritten(4, 6);
    Tensor a1 = gaussian(3, 4, 5);
    Tensor a2 = gaussian(4, 4, 5);
    Kernel one = kernels.matmul(product(a1, false, b, false, 1, null, null), first);
    Kernel other = kernels.matmul(product(a2, false, b, false, 1, null, null), second);

    other.run();
    one.run();

    assertClose(first, multiplied(a1, false, b, false, 4, 6, 5), TOLERANCE);
    assertClose(second, multiplied(a2, false, b, false, 4, 6, 5), TOLERANCE);
  }

  private static MatrixProduct product(
      Tensor a, boolean ta, Tensor b, boolean tb, float scale, Tensor bias, Tensor addend) {
    return new MatrixProduct(a, ta, b, tb, scale, bias, addend);
  }

  private static long[] matrix(long[] batch, long rows, long columns) {
    long[] shape = Arrays.copyOf(batch, batch.length + 2);
    shape[batch.length] = rows;
    shape[batch.length + 1] = columns;
    return shape;
  }

  private double[] multiplied(
      Tensor a, boolean transposeA, Tensor b, boolean transposeB, int m, int n, int k) {
    float[] left = elements(a);
    float[] right = elements(b);
    double[] result = new double[left.length / k * n];
    for (int i = 0; i < result.length; i++) {
      int image = i / (m * n);
      int row = i / n % m;
      int column = i % n;
      for (int j = 0; j < k; j++) {
        int inA = image * m * k + (transposeA ? j * m + row : row * k + j);
        int inB = image * k * n + (transposeB ? column * k + j : j * n + column);
        result[i] += (double) left[inA] * right[inB];
      }
    }
    return result;
  }

  /** {@code factor * values + added}, which is repeated. */
  private static double[] plus(double[] values, double factor, float[] added) {
    double[] sum = new double[values.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = factor * values[i] + added[i % added.length];
    }
    return sum;
  }
}
