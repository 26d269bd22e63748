package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Softmax, sums and maxima of rows, in double. */
class RowKernelsTest extends KernelTest {
  @ParameterizedTest(name = "{0} rows of {1}")
  @CsvSource({"1,1", "3,7", "16,16", "5,197", "33,50"})
  void softmaxOfRowsApartAndInPlace(int rows, int columns) {
    Tensor x = gaussian(1, 1, rows, columns);
    double[] expected = softmax(elements(x), columns);
    Tensor out = unwritten(x.shape());

    kernels.softmax(x, out).run();
    kernels.softmax(x, x).run();

    assertClose(out, expected, 1e-6);
    assertThat(elements(x)).isEqualTo(elements(out));
  }

  @Test
  void softmaxOfLargeScoresIsFinite() {
    Tensor x = tensor(new float[] {1e4f, -1e4f, 9999, -1e19f, -1e19f, 3}, 2, 3);

    kernels.softmax(x, x).run();

    double odds = Math.exp(-1);
    assertClose(x, new double[] {1 / (1 + odds), 0, odds / (1 + odds), 0, 0, 1}, 1e-6);
  }

  @ParameterizedTest(name = "{0} rows of {1}")
  @CsvSource({"1,1", "3,7", "16,16", "5,197", "33,50"})
  void gradientOfSoftmaxApartAndInPlace(int rows, int columns) {
    float[] scores = elements(gaussian(1, rows, columns));
    double[] y = softmax(scores, columns);
    Tensor probabilities = tensor(floats(y), rows, columns);
    Tensor gradient = gaussian(2, rows, columns);
    float[] given = elements(gradient);
    double[] expected = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      int row = i / columns * columns;
      double sum = 0;
      for (int j = row; j < row + columns; j++) {
        sum += y[j] * given[j];
      }
      expected[i] = y[i] * (given[i] - sum);
    }
    Tensor out = unwritten(rows, columns);

    kernels.softmaxGradient(probabilities, gradient, out).run();
    kernels.softmaxGradient(probabilities, gradient, gradient).run();

    assertClose(out, expected, 1e-6);
    assertThat(elements(gradient)).isEqualTo(elements(out));
  }

  @ParameterizedTest(name = "{0} rows of {1}")
  @CsvSource({"1,1", "4,1", "3,7", "16,16", "2,768", "100,49"})
  void sumsAndMaximaOfRows(int rows, int columns) {
    Tensor x = gaussian(1, rows, columns);
    float[] elements = elements(x);
    double[] sums = new double[rows];
    double[] maxima = new double[rows];
    Arrays.fill(maxima, Double.NEGATIVE_INFINITY);
    for (int i = 0; i < elements.length; i++) {
      sums[i / columns] += elements[i];
      maxima[i / columns] = Math.max(maxima[i / columns], elements[i]);
    }
    Tensor out = unwritten(rows);

    kernels.rowMaximum(x, out).run();
    assertClose(out, maxima, 0);
    kernels.rowSum(x, 1, out).run();
    assertClose(out, sums, 2e-6);
    kernels.rowSum(x, -0.125f, out).run();
    assertClose(out, Arrays.stream(sums).map(sum -> -0.125 * sum).toArray(), 2e-6);
    assertThat(elements(x)).isEqualTo(elements);
  }

  @Test
  void maximaOfNegativeRowsAreNegative() {
    Tensor x = tensor(new float[] {-3, -1, -2, -1e19f, -7, -8}, 2, 3);
    Tensor out = unwritten(2);

    kernels.rowMaximum(x, out).run();

    assertThat(elements(out)).containsExactly(-1, -7);
  }

  private static double[] softmax(float[] x, int columns) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += columns) {
      double sum = 0;
      for (int i = row; i < row + columns; i++) {
        y[i] = Math.exp(x[i]);
        sum += y[i];
      }
      for (int i = row; i < row + columns; i++) {
        y[i] /= sum;
      }
    }
    return y;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
