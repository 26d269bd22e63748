package dev.mto.data.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.random.RandomStream;
import org.junit.jupiter.api.Test;

class MaeMaskSamplerTest {
  private static Mask sample(MaeMaskSampler sampler, long seed, long image) {
    return sampler.sample(RandomStream.of(seed, "mask", image), RandomStream.of(0, "mask_step"));
  }

  @Test
  void maeBaseKeeps49Of196Tokens() {
    MaeMaskSampler sampler = new MaeMaskSampler(196, 0.75);
    assertThat(sampler.visibleTokens()).isEqualTo(49);
    assertThat(sampler.maskedTokens()).isEqualTo(147);
    assertThat(sample(sampler, 1, 0).maskedCount()).isEqualTo(147);
  }

  @Test
  void theVisibleShareIsTruncatedInDoublePrecision() {
    assertThat(new MaeMaskSampler(10, 0.8).visibleTokens()).isEqualTo(1);
    assertThat(new MaeMaskSampler(10, 0.7).visibleTokens()).isEqualTo(3);
    assertThat(new MaeMaskSampler(49, 0.75).visibleTokens()).isEqualTo(12);
  }

  @Test
  void theTokensOfTheSmallestNoiseAreVisible() {
    MaeMaskSampler sampler = new MaeMaskSampler(5, 0.5);
    assertThat(sampler.rank(new double[] {0.9, 0.1, 0.5, 0.3, 0.7}).visible())
        .containsExactly(1, 3);
    assertThat(sampler.rank(new double[] {0.5, 0.2, 0.2, 0.2, 0.1}).visible())
        .containsExactly(1, 4);
  }

  @Test
  void everyTokenIsMaskedEquallyOften() {
    MaeMaskSampler sampler = new MaeMaskSampler(16, 0.75);
    int n = 20_000;
    int[] counts = new int[16];
    for (int image = 0; image < n; image++) {
      for (int token : sample(sampler, 5, image).masked()) {
        counts[token]++;
      }
    }
    double fourSigma = 4 * Math.sqrt(0.75 * 0.25 / n);
    for (int count : counts) {
      assertThat((double) count / n).isBetween(0.75 - fourSigma, 0.75 + fourSigma);
    }
  }

  @Test
  void aMaskIsAFunctionOfTheImagesStream() {
    MaeMaskSampler sampler = new MaeMaskSampler(64, 0.75);
    assertThat(sample(sampler, 1, 0).masked()).isEqualTo(sample(sampler, 1, 0).masked());
    assertThat(sample(sampler, 1, 0).masked()).isNotEqualTo(sample(sampler, 1, 1).masked());
    assertThat(sample(sampler, 1, 0).masked()).isNotEqualTo(sample(sampler, 2, 0).masked());
  }

  @Test
  void wrongOptionsAreRefusedWithTheirValue() {
    assertThatThrownBy(() -> new MaeMaskSampler(1, 0.5)).hasMessageContaining("1 tokens");
    assertThatThrownBy(() -> new MaeMaskSampler(16, Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new MaeMaskSampler(16, 1)).hasMessageContaining("1.0");
    assertThatThrownBy(() -> new MaeMaskSampler(10, 0.9)).hasMessageContaining("all 10");
    assertThatThrownBy(() -> new MaeMaskSampler(10, 1e-17)).hasMessageContaining("none of the 10");
    assertThatThrownBy(() -> new MaeMaskSampler(4, 0.5).rank(new double[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 values")
        .hasMessageContaining("4 tokens");
  }
}
