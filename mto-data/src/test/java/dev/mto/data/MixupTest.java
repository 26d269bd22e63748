package dev.mto.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.random.RandomStream;
import dev.mto.oracle.Bits;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MixupTest {
  private static final int[] LABELS = {0, 1, 2, 3, 1};

  @Test
  void withoutMixingTargetsAreSmoothedAndImagesAsTheyWere() {
    INDArray images = images();
    INDArray before = images.dup();

    INDArray targets = new Mixup(0, 0, 0.1).apply(images, LABELS, 4, RandomStream.of(1, "m"));

    assertThat(Bits.of(images)).isEqualTo(Bits.of(before));
    assertThat(targets.getFloat(2, 2)).isCloseTo(0.925f, within(1e-6f));
    assertThat(targets.getFloat(2, 0)).isCloseTo(0.025f, within(1e-6f));
  }

  @Test
  void mixupBlendsEveryImageAndTargetWithItsPartnerByOneShare() {
    for (int seed = 0; seed < 20; seed++) {
      INDArray images = images();
      INDArray before = images.dup();
      INDArray targets = new Mixup(0.8, 0, 0).apply(images, LABELS, 4, RandomStream.of(seed, "m"));

      double kept = targets.getDouble(0, 0);
      assertThat(targets.getDouble(0, 1)).isCloseTo(1 - kept, within(1e-6));
      assertRowsSumToOne(targets);
      for (int i = 0; i < LABELS.length; i++) {
        INDArray expected =
            before.slice(i).mul(kept).add(before.slice(LABELS.length - 1 - i).mul(1 - kept));
        assertThat(images.slice(i).sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
      }
    }
  }

  @Test
  void cutmixExchangesABoxAndItsShareIsThatOfThePixels() {
    int changed = 0;
    for (int seed = 0; seed < 40; seed++) {
      INDArray images = images();
      INDArray before = images.dup();
      INDArray targets = new Mixup(0, 1, 0).apply(images, LABELS, 4, RandomStream.of(seed, "m"));

      int foreign = 0;
      for (int p = 0; p < 48; p++) {
        float now = images.getFloat(0, 0, p / 8, p % 8);
        assertThat(now)
            .isIn(
                before.getFloat(0, 0, p / 8, p % 8),
                before.getFloat(LABELS.length - 1, 0, p / 8, p % 8));
        foreign += now == before.getFloat(0, 0, p / 8, p % 8) ? 0 : 1;
      }
      assertThat(targets.getDouble(0, 0)).isCloseTo(1 - foreign / 48.0, within(1e-6));
      assertThat(Bits.of(images.slice(2))).as("the middle").isEqualTo(Bits.of(before.slice(2)));
      assertRowsSumToOne(targets);
      changed += foreign > 0 ? 1 : 0;
    }
    assertThat(changed).isGreaterThan(25);
  }

  @Test
  void sharesFollowTheBetaDistribution() {
    double sum = 0;
    double squares = 0;
    int n = 2000;
    for (int seed = 0; seed < n; seed++) {
      INDArray images = Nd4j.zeros(2, 1, 1, 1);
      double kept =
          new Mixup(0.8, 0, 0)
              .apply(images, new int[] {0, 1}, 2, RandomStream.of(seed, "beta"))
              .getDouble(0, 0);
      sum += kept;
      squares += kept * kept;
    }
    double mean = sum / n;
    assertThat(mean).isCloseTo(0.5, within(0.03));
    // variance of Beta(.8, .8): 1 / (4 (2 α + 1))
    assertThat(squares / n - mean * mean).isCloseTo(1 / (4 * 2.6), within(0.006));
  }

  @Test
  void bothAreChosenAboutEquallyOftenAndTheSameStreamGivesTheSameBits() {
    int cut = 0;
    for (int seed = 0; seed < 100; seed++) {
      INDArray images = images();
      INDArray again = images();
      INDArray before = images.dup();
      Mixup both = new Mixup(0.8, 1, 0.1);
      INDArray targets = both.apply(images, LABELS, 4, RandomStream.of(seed, "m"));
      INDArray same = both.apply(again, LABELS, 4, RandomStream.of(seed, "m"));
      assertThat(Bits.of(images)).isEqualTo(Bits.of(again));
      assertThat(Bits.of(targets)).isEqualTo(Bits.of(same));
      float now = images.getFloat(0, 0, 0, 0);
      boolean blended = now != before.getFloat(0, 0, 0, 0) && now != before.getFloat(4, 0, 0, 0);
      cut += blended ? 0 : 1;
    }
    assertThat(cut).isBetween(30, 70);
  }

  private static void assertRowsSumToOne(INDArray targets) {
    for (float sum : targets.sum(1).toFloatVector()) {
      assertThat(sum).isCloseTo(1, within(1e-5f));
    }
  }

  private static INDArray images() {
    Random random = new Random(7);
    float[] pixels = new float[LABELS.length * 2 * 6 * 8];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(pixels, new long[] {LABELS.length, 2, 6, 8}, 'c');
  }
}
