package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entropies of rows of scores, and their gradient, in double. */
class RowEntropyKernelTest extends KernelTest {
  @ParameterizedTest(name = "{0} rows of {1}, scores about {2}")
  @CsvSource({
    "1,1,1",
    "3,7,1",
    "16,16,1",
    "5,197,3",
    "700,50,1",
    "3,9000,1",
    "4,33,100",
    "4,33,3000"
  })
  void entropyAndGradientAreThoseOfTheFormula(int rows, int columns, float size) {
    float[] scores = elements(gaussian(1, rows, columns));
    for (int i = 0; i < scores.length; i++) {
      scores[i] *= size;
    }
    assertEntropies(scores, rows, columns, 2e-6);
  }

  @Test
  void uniformRowsHaveTheLargestEntropyAndNoGradient() {
    for (float score : new float[] {0, 1e4f, -1e4f}) {
      float[] scores = new float[2 * 37];
      Arrays.fill(scores, score);

      Result result = assertEntropies(scores, 2, 37, 1e-6);

      assertThat(elements(result.entropy)[0]).isCloseTo((float) Math.log(37), near(1e-6f));
      for (float slope : elements(result.gradient)) {
        assertThat(slope).isCloseTo(0, near(1e-6f));
      }
    }
  }

  @Test
  void aRowWithOneLargeScoreHasEntropyZeroAndNoGradient() {
    float[] scores = new float[20];
    scores[3] = 1e4f;

    Result result = assertEntropies(scores, 1, 20, 0);

    assertThat(Math.abs(elements(result.entropy)[0])).isZero();
    for (float slope : elements(result.gradient)) {
      assertThat(Math.abs(slope)).isZero();
    }
  }

  @Test
  void nearlyUniformRowsKeepTheirSmallGradients() {
    float[] scores = new float[50];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = 1 + i * 1e-4f;
    }
    Result result = assertEntropies(scores, 1, 50, 1e-6);
    double[] expected = slopes(scores, new float[] {1}, 50);
    float[] actual = elements(result.gradient);
    float given = elements(result.given)[0];
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i] / given / largest).isCloseTo(expected[i] / largest, within(0.02));
    }
  }

  private static Offset<Float> near(float distance) {
    return within(distance);
  }

  private record Result(Tensor entropy, Tensor gradient, Tensor given) {}

  private Result assertEntropies(float[] scores, int rows, int columns, double tolerance) {
    Tensor x = tensor(scores, rows, columns);
    Tensor entropy = unwritten(rows);
    Tensor probabilities = unwritten(rows, columns);
    Tensor gradient = gaussian(2, rows);
    float[] given = elements(gradient);
    Tensor out = unwritten(rows, columns);

    kernels.rowEntropy(x, entropy, probabilities).run();

    assertClose(entropy, entropies(scores, columns), tolerance);
    assertClose(probabilities, softmax(scores, columns), 2e-6);
    kernels.rowEntropyGradient(x, probabilities, entropy, gradient, out).run();
    assertClose(out, slopes(scores, given, columns), tolerance);
    kernels.rowEntropyGradient(x, probabilities, entropy, gradient, probabilities).run();
    assertThat(elements(probabilities)).as("in place").isEqualTo(elements(out));
    assertThat(elements(x)).isEqualTo(scores);
    return new Result(entropy, out, gradient);
  }

  private static double[] entropies(float[] scores, int columns) {
    double[] p = softmax(scores, columns);
    double[] entropies = new double[scores.length / columns];
    for (int i = 0; i < p.length; i++) {
      entropies[i / columns] -= p[i] == 0 ? 0 : p[i] * Math.log(p[i]);
    }
    return entropies;
  }

  private static double[] slopes(float[] scores, float[] given, int columns) {
    double[] p = softmax(scores, columns);
    double[] entropies = entropies(scores, columns);
    double[] slopes = new double[p.length];
    for (int i = 0; i < p.length; i++) {
      double logarithm = p[i] == 0 ? 0 : Math.log(p[i]);
      slopes[i] = -given[i / columns] * p[i] * (logarithm + entropies[i / columns]);
    }
    return slopes;
  }

  private static double[] softmax(float[] scores, int columns) {
    double[] p = new double[scores.length];
    for (int row = 0; row < p.length; row += columns) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = row; i < row + columns; i++) {
        largest = Math.max(largest, scores[i]);
      }
      double sum = 0;
      for (int i = row; i < row + columns; i++) {
        p[i] = Math.exp(scores[i] - largest);
        sum += p[i];
      }
      for (int i = row; i < row + columns; i++) {
        p[i] /= sum;
      }
    }
    return p;
  }
}
