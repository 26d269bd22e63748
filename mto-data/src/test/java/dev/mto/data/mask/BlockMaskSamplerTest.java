package dev.mto.data.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.random.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockMaskSamplerTest {
  private static final BlockMaskSampler BOOT_MAE = new BlockMaskSampler(14, 14, 120, 16, 60, 0);
  private static final BlockMaskSampler CON_MIM = new BlockMaskSampler(14, 14, 75, 16, 75, 10);

  private static Mask sample(BlockMaskSampler sampler, long seed, long image) {
    return sampler.sample(RandomStream.of(seed, "mask", image), RandomStream.of(0, "mask_step"));
  }

  @Test
  void withoutALimitOfAttemptsTheTargetIsMetExactly() {
    for (int image = 0; image < 200; image++) {
      assertThat(sample(BOOT_MAE, 1, image).maskedCount()).isEqualTo(120);
    }
  }

  @Test
  void withALimitOfAttemptsSomeMasksStayBelowTheTarget() {
    int below = 0;
    for (int image = 0; image < 500; image++) {
      int count = sample(CON_MIM, 1, image).maskedCount();
      assertThat(count).isBetween(1, 75);
      below += count < 75 ? 1 : 0;
    }
    assertThat(below).isBetween(1, 499);
  }

  @ParameterizedTest
  @CsvSource({
    "2,2,3,1,1",
    "2,2,1,16,60",
    "4,4,15,1,4",
    "3,9,20,4,8",
    "8,8,63,4,16",
    "8,8,39,16,20",
    "14,14,195,16,60",
    "2,14,27,2,7",
    "14,14,5,16,16"
  })
  void everyGridReachesItsTarget(int height, int width, int target, int smallest, int largest) {
    BlockMaskSampler sampler = new BlockMaskSampler(height, width, target, smallest, largest, 0);
    for (int image = 0; image < 20; image++) {
      assertThat(sample(sampler, 3, image).maskedCount()).isEqualTo(target);
    }
  }

  @Test
  void aSingleBlockIsARectangleSmallerThanTheGridOfTheAskedAreaAndRatio() {
    BlockMaskSampler one = new BlockMaskSampler(14, 14, 30, 30, 30, 1);
    for (int image = 0; image < 500; image++) {
      Mask mask = sample(one, 2, image);
      int top = 14;
      int bottom = -1;
      int left = 14;
      int right = -1;
      for (int token : mask.masked()) {
        top = Math.min(top, token / 14);
        bottom = Math.max(bottom, token / 14);
        left = Math.min(left, token % 14);
        right = Math.max(right, token % 14);
      }
      int height = bottom - top + 1;
      int width = right - left + 1;
      if (height * width == mask.maskedCount()) {
        assertThat(height).isBetween(3, 10);
        assertThat(width).isBetween(3, 10);
      }
      assertThat(mask.maskedCount()).isLessThanOrEqualTo(30);
    }
  }

  @Test
  void areaAndRatioOfABlockAreThoseOfItsRanges() {
    int n = 20_000;
    double logRatios = 0;
    double areas = 0;
    for (int i = 0; i < n; i++) {
      BlockMaskSampler.Block block =
          BlockMaskSampler.Block.draw(400, 3600, RandomStream.of(6, "block", i));
      double ratio = (double) block.height() / block.width();
      assertThat(ratio).isBetween(0.3 * 0.9, 1.1 / 0.3);
      logRatios += Math.log(ratio);
      areas += block.height() * block.width();
    }
    assertThat(logRatios / n).isCloseTo(0, within(0.02));
    assertThat(areas / n).isCloseTo(2000, within(30.0));
    assertThat(BlockMaskSampler.Block.of(24, 1.5)).isEqualTo(new BlockMaskSampler.Block(6, 4));
    assertThat(BlockMaskSampler.Block.of(6.25, 1)).isEqualTo(new BlockMaskSampler.Block(2, 2));
  }

  @Test
  void maskedTokensKeepTogether() {
    double neighbours = 0;
    double maskedNeighbours = 0;
    for (int image = 0; image < 200; image++) {
      Mask mask = sample(BOOT_MAE, 4, image);
      for (int token : mask.masked()) {
        if (token % 14 < 13) {
          neighbours++;
          maskedNeighbours += mask.isMasked(token + 1) ? 1 : 0;
        }
        if (token < 13 * 14) {
          neighbours++;
          maskedNeighbours += mask.isMasked(token + 14) ? 1 : 0;
        }
      }
    }
    double ofARandomMask = 119 / 195.0;
    assertThat(maskedNeighbours / neighbours).isGreaterThan(ofARandomMask + 0.15);
  }

  @Test
  void mirroredTokensAreMaskedEquallyOften() {
    int n = 4000;
    double[] share = new double[196];
    for (int image = 0; image < n; image++) {
      for (int token : sample(BOOT_MAE, 5, image).masked()) {
        share[token] += 1.0 / n;
      }
    }
    double fiveSigma = 5 * Math.sqrt(2 * 0.25 / n);
    for (int token = 0; token < 196; token++) {
      int row = token / 14;
      int column = token % 14;
      assertThat(share[token]).isGreaterThan(0.02);
      assertThat(share[token])
          .isCloseTo(share[row * 14 + 13 - column], within(fiveSigma))
          .isCloseTo(share[(13 - row) * 14 + column], within(fiveSigma))
          .isCloseTo(share[column * 14 + row], within(fiveSigma));
    }
  }

  @Test
  void aMaskIsAFunctionOfTheImagesStream() {
    assertThat(sample(BOOT_MAE, 1, 0).masked()).isEqualTo(sample(BOOT_MAE, 1, 0).masked());
    assertThat(sample(BOOT_MAE, 1, 0).masked()).isNotEqualTo(sample(BOOT_MAE, 1, 1).masked());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 8 | 2 | 1 | 4 | 0 | 1x8",
        "4 | 4 | 16 | 1 | 4 | 0 | between 1 and 15",
        "4 | 4 | 0 | 1 | 4 | 0 | mask 0 tokens",
        "4 | 4 | 8 | 0 | 4 | 0 | [0, 4]",
        "4 | 4 | 8 | 5 | 4 | 0 | [5, 4]",
        "4 | 4 | 8 | 1 | 4 | -1 | attempts for a block are -1",
        "2 | 14 | 20 | 16 | 16 | 0 | lower the smallest area",
        "4 | 4 | 15 | 14 | 16 | 0 | lower the smallest area",
      })
  void aSamplerThatCouldNotFinishOrMakesNoSenseIsRefused(
      int height, int width, int target, int smallest, int largest, int attempts, String said) {
    assertThatThrownBy(
            () -> new BlockMaskSampler(height, width, target, smallest, largest, attempts))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }
}
