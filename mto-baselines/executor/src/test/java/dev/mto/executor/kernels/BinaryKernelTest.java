package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions of two elements for every kind of repetition of the second operand. */
class BinaryKernelTest extends KernelTest {
  @ParameterizedTest(name = "{0} and {1}")
  @CsvSource({
    "7x5, 7x5",
    "7x5, 1x5",
    "7x5, 7x1",
    "7x5, 1x1",
    "33x48, 1x48",
    "33x48, 33x1",
    "1x1, 1x1",
    "9, 9",
    "9, 1",
    "2x3x5x5, 1x3x5x5",
    "2x3x5x5, 1x3x1x5",
    "2x3x5x5, 2x1x5x1",
    "2x3x5x7, 1x3x1x1",
    "2x3x5x7, 2x3x1x7",
    "2x3x5x7, 2x3x5x1",
    "4x1x6, 1x1x6",
    "4x1x6, 4x1x1",
    "2x2x3x2x3, 1x2x1x2x1"
  })
  void equalsTheFunctionOfRepeatedElements(String full, String repeated) {
    for (Binary function : Binary.values()) {
      Tensor a = gaussian(1, shape(full));
      Tensor b = awayFromZero(gaussian(2, shape(repeated)));
      float[] before = elements(b);
      double[] expected = expected(function, a, b);
      Tensor out = unwritten(a.shape());

      kernels.binary(function, a, b, out).run();
      kernels.binary(function, a, b, a).run();

      assertClose(out, expected, 2e-7);
      assertThat(elements(a)).as("in place").isEqualTo(elements(out));
      assertThat(elements(b)).isEqualTo(before);
    }
  }

  @ParameterizedTest(name = "{0} and {1}")
  @CsvSource({"7x5, 7x5", "7x5, 1x5", "33x48, 33x1", "7x5, 1x1", "2x3x5x7, 1x3x1x7"})
  void multipliesAndAddsAtOnce(String full, String repeated) {
    Tensor a = gaussian(1, shape(full));
    Tensor b = gaussian(2, shape(repeated));
    Tensor c = gaussian(3, shape(full));
    Tensor out = unwritten(a.shape());
    double[] expected = expected(Binary.MULTIPLY, a, b);
    float[] added = elements(c);
    for (int i = 0; i < expected.length; i++) {
      expected[i] += added[i];
    }

    kernels.multiplyAdd(a, b, c, out).run();

    assertClose(out, expected, 3e-7);
    assertThat(elements(c)).isEqualTo(added);
  }

  private double[] expected(Binary function, Tensor a, Tensor b) {
    float[] left = elements(a);
    float[] right = elements(b);
    double[] result = new double[left.length];
    for (int i = 0; i < result.length; i++) {
      double x = left[i];
      double y = right[place(i, a.shape(), b.shape())];
      result[i] =
          switch (function) {
            case ADD -> x + y;
            case SUBTRACT -> x - y;
            case MULTIPLY -> x * y;
            case DIVIDE -> x / y;
          };
    }
    return result;
  }

  /** Where element {@code i} of the full shape is in the repeated one. */
  private static int place(int i, long[] full, long[] repeated) {
    int place = 0;
    int stride = 1;
    int rest = i;
    for (int d = full.length - 1; d >= 0; d--) {
      int at = (int) (rest % full[d]);
      rest /= (int) full[d];
      place += repeated[d] == 1 ? 0 : at * stride;
      stride *= (int) repeated[d];
    }
    return place;
  }

  private Tensor awayFromZero(Tensor tensor) {
    float[] elements = elements(tensor);
    for (int i = 0; i < elements.length; i++) {
      elements[i] += Math.copySign(0.5f, elements[i]);
    }
    return tensor(elements, tensor.shape());
  }

  private static long[] shape(String text) {
    return Arrays.stream(text.split("x")).mapToLong(Long::parseLong).toArray();
  }
}
