package dev.mto.data.random;

import java.util.random.RandomGenerator;

/**
 * SplitMix64 (Steele, Lea and Flood, 2014). Written out, with its own bounded and floating-point
 * draws, so that a stream gives the same values on every Java version.
 */
final class SplitMix64 implements RandomGenerator {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  SplitMix64(long state) {
    this.state = state;
  }

  /** The finaliser: every output bit depends on every input bit. */
  static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Folds one more word into a hash. */
  static long absorb(long hash, long word) {
    return mix(mix(hash + GOLDEN_GAMMA) ^ (word * 0xD1342543DE82EF95L + GOLDEN_GAMMA));
  }

  @Override
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform in [0, 1), 53 bits. */
  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [0, bound); the bias of the multiply-and-shift is below bound / 2^32. */
  @Override
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound is " + bound + " but must be positive");
    }
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }
}
