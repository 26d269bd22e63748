package dev.mto.data.mask;

import java.util.Comparator;
import java.util.stream.IntStream;

/** One value for each token of an image. */
final class NoiseRow {
  private NoiseRow() {}

  /** Indices of {@code values} from the smallest to the largest; equal values keep their order. */
  static int[] ascending(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Refuses a row that has not one value for each token. */
  static void requireLength(String what, int length, int tokens) {
    if (length != tokens) {
      throw new IllegalArgumentException(
          "the %s has %s values but needs one for each of the %s tokens"
              .formatted(what, length, tokens));
    }
  }
}
