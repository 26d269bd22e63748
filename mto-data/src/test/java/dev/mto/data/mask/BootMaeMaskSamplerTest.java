package dev.mto.data.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.random.RandomStream;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class BootMaeMaskSamplerTest {
  private static final BlockMaskSampler BLOCKS = new BlockMaskSampler(14, 14, 120, 16, 60, 0);
  private static final BootMaeMaskSampler SAMPLER = new BootMaeMaskSampler(BLOCKS, 147);

  /** Rows of a [B, N] or [B, height, width] array. */
  private static double[][] rows(Path file) {
    INDArray array = Oracle.npy(file);
    return array.reshape(array.size(0), -1).toDoubleMatrix();
  }

  private static int[] ints(double[] row) {
    return IntStream.range(0, row.length).map(i -> (int) row[i]).toArray();
  }

  private static boolean[] booleans(double[] row) {
    boolean[] result = new boolean[row.length];
    for (int i = 0; i < row.length; i++) {
      result[i] = row[i] == 1;
    }
    return result;
  }

  private static BootMaeMaskSampler samplerOf(Path folder, int masked) {
    INDArray blockMask = Oracle.npy(folder.resolve("block_mask.npy"));
    int height = (int) blockMask.size(1);
    int width = (int) blockMask.size(2);
    return new BootMaeMaskSampler(new BlockMaskSampler(height, width, 1, 1, 1, 0), masked);
  }

  @Test
  void ordersOfTheOfficialImplementationAreReproducedForEveryRoll() {
    for (Path folder : Oracle.cases("d_bootmae")) {
      double[][] blockMask = rows(folder.resolve("block_mask.npy"));
      double[][] uniform = rows(folder.resolve("rand.npy"));
      BootMaeMaskSampler sampler = samplerOf(folder, 1);
      for (int roll = 0; roll < 4; roll++) {
        double[][] expected = rows(folder.resolve("idx_shuffle_roll" + roll + ".npy"));
        for (int b = 0; b < expected.length; b++) {
          assertThat(sampler.order(booleans(blockMask[b]), uniform[b], roll))
              .as("%s image %d roll %d", folder, b, roll)
              .containsExactly(ints(expected[b]));
        }
      }
    }
  }

  @Test
  void masksOfTheOfficialImplementationAreReproduced() {
    for (Path folder : Oracle.cases("d_bootmae")) {
      double[][] orders = rows(folder.resolve("idx_shuffle.npy"));
      double[][] masks = rows(folder.resolve("mask.npy"));
      for (int b = 0; b < masks.length; b++) {
        Mask expected = Mask.of(booleans(masks[b]));
        Mask mask = samplerOf(folder, expected.maskedCount()).mask(ints(orders[b]));
        assertThat(mask.masked()).as("%s image %d", folder, b).isEqualTo(expected.masked());
      }
    }
  }

  private static Mask sample(long image, long step) {
    return SAMPLER.sample(RandomStream.of(1, "mask", image), RandomStream.of(1, "mask_step", step));
  }

  /** Tokens of the image's blocks that are visible: the roll, as enough others are left. */
  private static long visibleBlockTokens(long image, long step) {
    boolean[] blocks = BLOCKS.draw(RandomStream.of(1, "mask", image));
    return IntStream.of(sample(image, step).visible()).filter(i -> blocks[i]).count();
  }

  @Test
  void bootMaeBaseMasks147Of196Tokens() {
    for (int image = 0; image < 100; image++) {
      assertThat(sample(image, image).maskedCount()).isEqualTo(147);
    }
  }

  @Test
  void imagesOfAStepShareTheirRollAndStepsDrawItUniform() {
    int[] steps = new int[4];
    for (int step = 0; step < 400; step++) {
      long roll = visibleBlockTokens(0, step);
      assertThat(visibleBlockTokens(1, step)).isEqualTo(roll);
      steps[(int) roll]++;
    }
    for (int count : steps) {
      assertThat(count).isBetween(65, 135);
    }
  }

  @Test
  void tokensOutsideTheBlocksFillUpTheMaskEquallyOften() {
    int n = 4000;
    double[] masked = new double[196];
    double[] outside = new double[196];
    for (int image = 0; image < n; image++) {
      boolean[] blocks = BLOCKS.draw(RandomStream.of(1, "mask", image));
      Mask mask = sample(image, image);
      for (int token = 0; token < 196; token++) {
        outside[token] += blocks[token] ? 0 : 1;
        masked[token] += !blocks[token] && mask.isMasked(token) ? 1 : 0;
      }
    }
    double share = (147 - 120 + 1.5) / 76;
    for (int token = 0; token < 196; token++) {
      double fiveSigma = 5 * Math.sqrt(share * (1 - share) / outside[token]);
      assertThat(masked[token] / outside[token]).isBetween(share - fiveSigma, share + fiveSigma);
    }
  }

  @Test
  void aMaskIsAFunctionOfItsStreams() {
    assertThat(sample(0, 0).masked()).isEqualTo(sample(0, 0).masked());
    assertThat(sample(0, 0).masked()).isNotEqualTo(sample(1, 0).masked());
  }

  @Test
  void wrongOptionsAndRowsAreRefusedWithTheirValue() {
    assertThatThrownBy(() -> new BootMaeMaskSampler(BLOCKS, 196))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("196")
        .hasMessageContaining("between 1 and 195");
    assertThatThrownBy(() -> new BootMaeMaskSampler(BLOCKS, 0)).hasMessageContaining("are 0");
    assertThatThrownBy(() -> SAMPLER.order(new boolean[3], new double[196], 0))
        .hasMessageContaining("block mask has 3");
    assertThatThrownBy(() -> SAMPLER.order(new boolean[196], new double[4], 0))
        .hasMessageContaining("uniform row has 4");
    assertThatThrownBy(() -> SAMPLER.order(new boolean[196], new double[196], -1))
        .hasMessageContaining("roll is -1");
    assertThatThrownBy(() -> SAMPLER.mask(new int[5])).hasMessageContaining("order has 5");
  }
}
