package dev.mto.data.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.random.RandomStream;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SimMimMaskSamplerTest {
  private static final RandomGenerator UNUSED =
      () -> {
        throw new AssertionError("the stream of the step was used");
      };

  @Test
  void simMimBaseMasks120Of196Tokens() {
    SimMimMaskSampler sampler = new SimMimMaskSampler(14, 14, 2, 0.6);
    Mask mask = sampler.sample(RandomStream.of(1, "mask"), UNUSED);
    assertThat(mask.maskedCount()).isEqualTo(120);
    assertThat(sampler.maskedTokens()).isEqualTo(120);
  }

  @Test
  void conMimBaseMasks148Of196Tokens() {
    SimMimMaskSampler sampler = new SimMimMaskSampler(14, 14, 2, 0.75);
    assertThat(sampler.maskedUnits()).isEqualTo(37);
    assertThat(sampler.maskedTokens()).isEqualTo(148);
    assertThat(sampler.sample(RandomStream.of(1, "mask"), UNUSED).maskedCount()).isEqualTo(148);
  }

  @Test
  void theMaskOfASeedStaysWhatItWas() {
    Mask mask =
        new SimMimMaskSampler(4, 6, 2, 0.5).sample(RandomStream.of(1, "mask", 0, 0), UNUSED);
    assertThat(mask.masked()).containsExactly(2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 18, 19);
  }

  @Test
  void tokensOfAUnitShareTheirFate() {
    SimMimMaskSampler sampler = new SimMimMaskSampler(4, 6, 2, 0.5);
    for (int image = 0; image < 50; image++) {
      Mask mask = sampler.sample(RandomStream.of(1, "mask", image), UNUSED);
      for (int i = 0; i < mask.tokens(); i++) {
        int corner = (i / 6 / 2 * 2) * 6 + i % 6 / 2 * 2;
        assertThat(mask.isMasked(i)).isEqualTo(mask.isMasked(corner));
      }
    }
  }

  @Test
  void everyUnitIsMaskedEquallyOften() {
    SimMimMaskSampler sampler = new SimMimMaskSampler(4, 4, 1, 0.6);
    int n = 20_000;
    int[] counts = new int[16];
    for (int image = 0; image < n; image++) {
      for (int token : sampler.sample(RandomStream.of(5, "mask", image), UNUSED).masked()) {
        counts[token]++;
      }
    }
    double share = 10 / 16.0;
    double fourSigma = 4 * Math.sqrt(share * (1 - share) / n);
    for (int count : counts) {
      assertThat((double) count / n).isBetween(share - fourSigma, share + fourSigma);
    }
  }

  @Test
  void wrongOptionsAreRefusedWithTheirValue() {
    assertThatThrownBy(() -> new SimMimMaskSampler(8, 8, 2, 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1.5")
        .hasMessageContaining("between 0 and 1");
    assertThatThrownBy(() -> new SimMimMaskSampler(8, 8, 2, Double.NaN))
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> new SimMimMaskSampler(8, 8, 3, 0.5)).hasMessageContaining("divide");
    assertThatThrownBy(() -> new SimMimMaskSampler(8, 8, 4, 0.8)).hasMessageContaining("all 4");
    assertThatThrownBy(() -> new SimMimMaskSampler(0, 8, 1, 0.5)).hasMessageContaining("0x8");
  }
}
