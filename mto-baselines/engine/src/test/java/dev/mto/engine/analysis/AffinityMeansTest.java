package dev.mto.engine.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.mask.Mask;
import org.junit.jupiter.api.Test;

class AffinityMeansTest {
  private static final double[][] PAIRS = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};

  private final AffinityMeans means = new AffinityMeans(1);

  @Test
  void maskedTokensComeFirstInEveryImage() {
    add(true, false, false);
    assertThat(means.of(0)).isDeepEqualTo(PAIRS);

    add(false, false, true);

    assertThat(means.of(0))
        .isDeepEqualTo(new double[][] {{(1 + 9) / 2., 4.5, 5.5}, {3.5, 3, 4}, {6.5, 6, 7}});
    assertThat(means.images()).isEqualTo(2);
    assertThat(means.masked()).isEqualTo(1);
  }

  @Test
  void imagesWithAnotherNumberOfMaskedTokensAreLeftOut() {
    assertThat(means.takes(Mask.of(new boolean[] {true, false, true}))).isTrue();
    assertThat(means.takes(Mask.of(new boolean[] {true, false, false}))).isFalse();
    assertThat(means.takes(Mask.of(new boolean[] {false, true, true}))).isTrue();
  }

  private void add(boolean... masked) {
    Mask mask = Mask.of(masked);
    assertThat(means.takes(mask)).isTrue();
    means.add(0, PAIRS, mask);
  }
}
