package dev.mto.data.mask;

import java.util.random.RandomGenerator;

/** One uniform value for each token of an image. */
final class NoiseRow {
  private NoiseRow() {}

  /** [tokens], uniform in [0, 1). */
  static double[] draw(int tokens, RandomGenerator random) {
    double[] noise = new double[tokens];
    for (int i = 0; i < tokens; i++) {
      noise[i] = random.nextDouble();
    }
    return noise;
  }

  /** Refuses a row that has not one value for each token. */
  static void requireLength(String what, int length, int tokens) {
    if (length != tokens) {
      throw new IllegalArgumentException(
          "the "
              + what
              + " has "
              + length
              + " values but needs one for each of the "
              + tokens
              + " tokens");
    }
  }
}
