package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Comparison of arrays by the norm of their difference, in double. */
public final class Closeness {
  private Closeness() {}

  /**
   * Asserts that ‖actual - expected‖ is at most {@code tolerance} times ‖expected‖, or times {@code
   * scale} where that is larger.
   */
  public static void assertClose(
      String what, INDArray actual, INDArray expected, double tolerance, double scale) {
    assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
    INDArray reference = expected.castTo(DataType.DOUBLE);
    double difference = norm(actual.castTo(DataType.DOUBLE).sub(reference));
    assertThat(difference)
        .as(what)
        .isLessThanOrEqualTo(tolerance * Math.max(scale, norm(reference)));
  }

  /** Asserts that a number differs from another by at most {@code tolerance} times the other. */
  public static void assertNear(String what, double actual, double expected, double tolerance) {
    assertThat(actual).as(what).isCloseTo(expected, within(tolerance * Math.abs(expected)));
  }

  public static double norm(INDArray array) {
    return array.castTo(DataType.DOUBLE).norm2Number().doubleValue();
  }
}
