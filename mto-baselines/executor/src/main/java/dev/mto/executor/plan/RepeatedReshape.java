package dev.mto.executor.plan;

import java.util.Arrays;

/** Reshapes of repeated values that can be done to what they repeat. */
final class RepeatedReshape {
  private RepeatedReshape() {}

  /**
   * The shape that the repeated value's source must get, or null where the elements would have to
   * be written out.
   *
   * @param source shape of what is repeated
   * @param full shape to which it is repeated
   * @param wanted shape asked for
   */
  static long[] source(long[] source, long[] full, long[] wanted) {
    long[] result = new long[wanted.length];
    int i = 0;
    int j = 0;
    while (i < full.length || j < wanted.length) {
      int i0 = i;
      int j0 = j;
      long a = i < full.length ? full[i++] : 1;
      long b = j < wanted.length ? wanted[j++] : 1;
      while (a != b) {
        if (a < b) {
          a *= full[i++];
        } else {
          b *= wanted[j++];
        }
      }
      boolean anyRepeated = false;
      boolean allRepeated = true;
      for (int d = i0; d < i; d++) {
        boolean repeats = source[d] == 1 && full[d] != 1;
        anyRepeated |= repeats;
        allRepeated &= repeats || full[d] == 1;
      }
      if (anyRepeated && !allRepeated) {
        return null;
      }
      if (anyRepeated) {
        Arrays.fill(result, j0, j, 1);
      } else {
        System.arraycopy(wanted, j0, result, j0, j - j0);
      }
    }
    return result;
  }
}
