package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Seeded float32 vectors, longer and shorter than the stretches that loops work on. */
final class Vectors {
  static final int[] LENGTHS = {1, 3, 4095, 4096, 4097, 65_537, 70_000};

  private Vectors() {}

  static INDArray normal(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(values);
  }

  static double[] doubles(INDArray array) {
    float[] values = array.toFloatVector();
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** Asserts that each element is within {@code tolerance * (1 + |expected|)}. */
  static void assertClose(String what, INDArray actual, double[] expected, double tolerance) {
    double[] values = doubles(actual);
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(values[i] - expected[i]);
      if (!(error <= tolerance * (1 + Math.abs(expected[i])))) {
        fail(
            "%s: element %d of %d is %s instead of %s",
            what, i, expected.length, values[i], expected[i]);
      }
    }
  }
}
