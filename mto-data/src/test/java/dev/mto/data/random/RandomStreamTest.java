package dev.mto.data.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
  @Test
  void splitMixMatchesItsPublishedSequence() {
    RandomGenerator random = new RandomStream.SplitMix64(1234567);
    assertThat(random.nextLong()).isEqualTo(6457827717110365317L);
    assertThat(random.nextLong()).isEqualTo(3203168211198807973L);
  }

  @Test
  void aStreamDependsOnSeedNameAndEveryPosition() {
    Set<Long> first = new HashSet<>();
    first.add(RandomStream.of(1, "mask", 0, 0).nextLong());
    first.add(RandomStream.of(2, "mask", 0, 0).nextLong());
    first.add(RandomStream.of(1, "crop", 0, 0).nextLong());
    first.add(RandomStream.of(1, "mask", 1, 0).nextLong());
    first.add(RandomStream.of(1, "mask", 0, 1).nextLong());
    first.add(RandomStream.of(1, "mask", 0).nextLong());
    first.add(RandomStream.of(1, "mask").nextLong());
    assertThat(first).hasSize(7);
    assertThat(RandomStream.of(1, "mask", 0, 0).nextLong()).isIn(first);
  }

  @Test
  void neighbouringPositionsAreUnrelated() {
    double sum = 0;
    double products = 0;
    int n = 20_000;
    for (int i = 0; i < n; i++) {
      double a = RandomStream.of(7, "x", i).nextDouble() - 0.5;
      double b = RandomStream.of(7, "x", i + 1).nextDouble() - 0.5;
      sum += a;
      products += a * b;
    }
    assertThat(Math.abs(sum / n)).isLessThan(4 / Math.sqrt(12.0 * n));
    assertThat(Math.abs(products / n)).isLessThan(4 / (12 * Math.sqrt(n)));
  }

  @Test
  void permutationHoldsEveryIndexOnce() {
    int[] order = RandomStream.permutation(1000, RandomStream.of(3, "order"));
    assertThat(IntStream.of(order).sorted().toArray())
        .isEqualTo(IntStream.range(0, 1000).toArray());
    assertThat(order).isNotEqualTo(IntStream.range(0, 1000).toArray());
  }
}
