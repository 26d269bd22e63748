package dev.mto.executor.parity;

import java.util.Arrays;
import java.util.Locale;

/**
 * What a kernel did.
 *
 * @param kernel which, in words
 * @param shape of what it wrote
 * @param error largest difference from the same in double, relative to the largest element there;
 *     no number where an element is none
 * @param bound largest error that rounding explains
 */
public record ParityResult(String kernel, String shape, double error, double bound) {
  static ParityResult of(String kernel, long[] shape, double error, double bound) {
    return new ParityResult(kernel, Arrays.toString(shape), error, bound);
  }

  /** Whether the error is one of rounding. */
  public boolean passed() {
    return error <= bound; // not for one that is no number
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s %s (%.1e)", kernel, passed() ? "agrees" : "is WRONG", error);
  }
}
