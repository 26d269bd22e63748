package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.pixels.Interpolation;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SingleDrawCropTest {
  private static final Augmentation RANGE =
      new Augmentation(
          8, 8, 0.08, 1, 3 / 4.0, 4 / 3.0, Interpolation.BICUBIC, 0.5, Normalization.imageNet());

  @Test
  void liesInsideTheImageAndTakesFourDraws() {
    Random random = new Random(1);
    int full = 0;
    for (int i = 0; i < 5000; i++) {
      CropBox box = CropBox.drawOnce(30, 90, RANGE, random);
      assertThat(box.left()).isNotNegative();
      assertThat(box.top()).isNotNegative();
      assertThat(box.left() + box.width()).isLessThanOrEqualTo(90);
      assertThat(box.top() + box.height()).isLessThanOrEqualTo(30);
      full += box.height() == 30 ? 1 : 0;
    }
    // in a wide image a side that is too long is cut instead of drawn again
    assertThat(full / 5000.0).isGreaterThan(0.5);
  }

  @Test
  void areasOfASquareImageAreUniformUntilTheyAreCut() {
    Random random = new Random(2);
    int below = 0;
    int n = 20_000;
    for (int i = 0; i < n; i++) {
      CropBox box = CropBox.drawOnce(500, 500, RANGE, random);
      below += (double) box.width() * box.height() / 250_000 < 0.4 ? 1 : 0;
    }
    assertThat((double) below / n).isCloseTo((0.4 - 0.08) / 0.92, within(0.015));
  }
}
