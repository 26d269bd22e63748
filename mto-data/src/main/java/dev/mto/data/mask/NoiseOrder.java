package dev.mto.data.mask;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The order that sorts a row of values. */
final class NoiseOrder {
  private NoiseOrder() {}

  /** Indices of {@code values} from the smallest to the largest; equal values keep their order. */
  static int[] ascending(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
