package dev.mto.engine.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void keepsTheMostSimilarInOrderHoweverTheyAreOffered() {
    Random random = new Random(3);
    for (int trial = 0; trial < 50; trial++) {
      float[] all = new float[1 + random.nextInt(60)];
      for (int i = 0; i < all.length; i++) {
        all[i] = random.nextInt(20) / 20f;
      }
      int most = 1 + random.nextInt(12);
      Nearest nearest = new Nearest(most);
      int cut = random.nextInt(all.length + 1);
      nearest.offer(0, java.util.Arrays.copyOf(all, cut));
      nearest.offer(cut, java.util.Arrays.copyOfRange(all, cut, all.length));

      int[] expected =
          IntStream.range(0, all.length)
              .boxed()
              .sorted((a, b) -> Float.compare(all[b], all[a]))
              .limit(most)
              .mapToInt(i -> i)
              .toArray();
      int[] kept = IntStream.range(0, nearest.size()).map(nearest::image).toArray();
      assertThat(kept).isEqualTo(expected);
      assertThat(nearest.largest()).isEqualTo(all[expected[0]]);
    }
  }
}
