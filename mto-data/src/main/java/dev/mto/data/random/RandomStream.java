package dev.mto.data.random;

import java.util.random.RandomGenerator;

/**
 * Random streams derived by name and position, never shared: a resumed run, another number of
 * workers and another order of reading draw the same values.
 */
public final class RandomStream {
  private RandomStream() {}

  /**
   * The stream of one purpose at one place, for example {@code of(seed, "mask", epoch,
   * imageIndex)}.
   *
   * @param seed the run's seed
   * @param name the purpose; different names give independent streams
   * @param position where in the run; its length counts too, so {@code (1)} and {@code (1, 0)}
   *     differ
   * @return a SplitMix64 generator with the same values on every Java version, for one thread
   */
  public static RandomGenerator of(long seed, String name, long... position) {
    long hash = SplitMix64.absorb(0, seed);
    hash = SplitMix64.absorb(hash, name.length());
    for (int i = 0; i < name.length(); i++) {
      hash = SplitMix64.absorb(hash, name.charAt(i));
    }
    hash = SplitMix64.absorb(hash, position.length);
    for (long word : position) {
      hash = SplitMix64.absorb(hash, word);
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
}
