package dev.mto.data.image;

import java.util.Random;
import java.util.random.RandomGenerator;

/** A {@link RandomGenerator} behind the {@link Random} that DataVec's transforms take. */
final class GeneratorRandom extends Random {
  private static final long serialVersionUID = 1L;

  private final transient RandomGenerator generator;

  GeneratorRandom(RandomGenerator generator) {
    super(0);
    this.generator = generator;
  }

  @Override
  protected int next(int bits) {
    return (int) (generator.nextLong() >>> (64 - bits));
  }

  @Override
  public double nextDouble() {
    return generator.nextDouble();
  }

  @Override
  public int nextInt(int bound) {
    return generator.nextInt(bound);
  }
}
