package dev.mto.executor.kernels;

import dev.mto.executor.kernels.Kernels.LayerNormInputs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layer normalisation and its three gradients, in double and by finite differences. */
class LayerNormKernelTest extends KernelTest {
  private static final float EPSILON = 1e-6f;
  private static final double STEP = 1e-5;

  @ParameterizedTest(name = "{0} rows of {1}")
  @CsvSource({"1,5", "4,16", "3,37", "33,48", "2,193"})
  void equalsTheFormula(int rows, int dim) {
    Norm norm = new Norm(rows, dim, 3);
    Tensor out = unwritten(rows, dim);
    Tensor mean = unwritten(rows);
    Tensor variance = unwritten(rows);

    norm.forward(out, mean, variance);

    assertClose(out, norm.expected(norm.x, norm.weight, norm.bias), 2e-6);
    assertClose(mean, norm.means(), 1e-6);
    assertClose(variance, norm.variances(), 2e-6);
  }

  @Test
  void rowsOfNearlyEqualElementsAreNormalisedWithTheSmallEpsilon() {
    Norm norm = new Norm(2, 8, 1e-3f);
    Tensor out = unwritten(2, 8);

    norm.forward(out, unwritten(2), unwritten(2));

    assertClose(out, norm.expected(norm.x, norm.weight, norm.bias), 1e-5);
  }

  @ParameterizedTest(name = "{0} rows of {1}")
  @CsvSource({"1,5", "4,16", "3,37", "33,48"})
  void gradientsAreThoseOfTheFormula(int rows, int dim) {
    Norm norm = new Norm(rows, dim, 3);
    Tensor mean = unwritten(rows);
    Tensor variance = unwritten(rows);
    norm.forward(unwritten(rows, dim), mean, variance);
    Tensor gradient = gaussian(9, rows, dim);
    float[] given = elements(gradient);
    Tensor toX = unwritten(rows, dim);
    Tensor toWeight = unwritten(dim);
    Tensor toBias = unwritten(dim);

    kernels
        .layerNormGradient(
            new LayerNormInputs(
                tensor(norm.x, rows, dim),
                tensor(norm.weight, dim),
                tensor(norm.bias, dim),
                EPSILON,
                mean,
                variance),
            gradient,
            toX,
            toWeight,
            toBias)
        .run();

    double[] x = doubles(norm.x);
    double[] weight = doubles(norm.weight);
    double[] bias = doubles(norm.bias);
    assertClose(toX, slopes(x, given, () -> Norm.formula(x, weight, bias, dim)), 5e-6);
    assertClose(toWeight, slopes(weight, given, () -> Norm.formula(x, weight, bias, dim)), 5e-6);
    assertClose(toBias, slopes(bias, given, () -> Norm.formula(x, weight, bias, dim)), 5e-6);
  }

  private interface Formula {
    double[] values();
  }

  /** Slopes of {@code Σ given·values} by each element of {@code at}. */
  private static double[] slopes(double[] at, float[] given, Formula formula) {
    double[] slopes = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      double middle = at[i];
      at[i] = middle + STEP;
      double[] above = formula.values();
      at[i] = middle - STEP;
      double[] below = formula.values();
      at[i] = middle;
      for (int j = 0; j < given.length; j++) {
        slopes[i] += given[j] * (above[j] - below[j]) / (2 * STEP);
      }
    }
    return slopes;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  /** Operands, and the formula. */
  private final class Norm {
    final int rows;
    final int dim;
    final float[] x;
    final float[] weight;
    final float[] bias;

    Norm(int rows, int dim, float spread) {
      this.rows = rows;
      this.dim = dim;
      this.x = elements(gaussian(1, rows, dim));
      for (int i = 0; i < x.length; i++) {
        int row = i / dim;
        x[i] = spread * x[i] + row * 0.5f;
      }
      this.weight = elements(gaussian(2, dim));
      this.bias = elements(gaussian(3, dim));
    }

    void forward(Tensor out, Tensor mean, Tensor variance) {
      kernels
          .layerNorm(
              tensor(x, rows, dim),
              tensor(weight, dim),
              tensor(bias, dim),
              EPSILON,
              out,
              mean,
              variance)
          .run();
    }

    double[] expected(float[] x, float[] weight, float[] bias) {
      return formula(doubles(x), doubles(weight), doubles(bias), dim);
    }

    double[] means() {
      double[] means = new double[rows];
      for (int row = 0; row < rows; row++) {
        means[row] = mean(doubles(x), row * dim, dim);
      }
      return means;
    }

    double[] variances() {
      double[] variances = new double[rows];
      for (int row = 0; row < rows; row++) {
        variances[row] = variance(doubles(x), row * dim, dim);
      }
      return variances;
    }

    static double[] formula(double[] x, double[] weight, double[] bias, int dim) {
      double[] y = new double[x.length];
      for (int row = 0; row < x.length; row += dim) {
        double mean = mean(x, row, dim);
        double deviation = Math.sqrt(variance(x, row, dim) + EPSILON);
        for (int d = 0; d < dim; d++) {
          y[row + d] = (x[row + d] - mean) / deviation * weight[d] + bias[d];
        }
      }
      return y;
    }

    private static double mean(double[] x, int from, int dim) {
      double sum = 0;
      for (int i = from; i < from + dim; i++) {
        sum += x[i];
      }
      return sum / dim;
    }

    private static double variance(double[] x, int from, int dim) {
      double mean = mean(x, from, dim);
      double sum = 0;
      for (int i = from; i < from + dim; i++) {
        sum += (x[i] - mean) * (x[i] - mean);
      }
      return sum / dim;
    }
  }
}
