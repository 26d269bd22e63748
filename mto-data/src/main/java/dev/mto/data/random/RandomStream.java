package dev.mto.data.random;

import java.util.random.RandomGenerator;

/**
 * Random streams derived by name and position, never shared: a resumed run, another number of
 * workers and another order of reading draw the same values.
 */
public final class RandomStream {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private RandomStream() {}

  /**
   * The stream of one purpose at one place, for example {@code of(seed, "mask", epoch,
   * imageIndex)}.
   *
   * @param seed the run's seed
   * @param name the purpose; different names give independent streams
   * @param position where in the run; its length counts too, so {@code (1)} and {@code (1, 0)}
   *     differ
   * @return a SplitMix64 generator for one thread, with the same integers and uniform numbers on
   *     every Java version. Normal ones are Java's own: between Java 17 and 25 about one in ten
   *     million takes another number of draws, after which the rest of its stream differs
   */
  public static RandomGenerator of(long seed, String name, long... position) {
    long hash = absorb(0, seed);
    hash = absorb(hash, name.length());
    for (int i = 0; i < name.length(); i++) {
      hash = absorb(hash, name.charAt(i));
    }
    hash = absorb(hash, position.length);
    for (long word : position) {
      hash = absorb(hash, word);
    }
    return new SplitMix64(hash);
  }

  /** Uniform permutation of 0 … n-1 (Fisher-Yates). */
  public static int[] permutation(int n, RandomGenerator random) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The finaliser: every output bit depends on every input bit. */
  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Folds one more word into a hash. */
  private static long absorb(long hash, long word) {
    return mix(mix(hash + GOLDEN_GAMMA) ^ (word * 0xD1342543DE82EF95L + GOLDEN_GAMMA));
  }

  /**
   * SplitMix64 (Steele, Lea and Flood, 2014). Written out, with its own bounded and floating-point
   * draws, so that a stream gives the same ones on every Java version.
   */
  static final class SplitMix64 implements RandomGenerator {
    private long state;

    SplitMix64(long state) {
      this.state = state;
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
}
