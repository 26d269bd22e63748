package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.pixels.Interpolation;
import dev.mto.data.random.RandomStream;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CropBoxTest {
  private static final Normalization GREY =
      Normalization.of(new float[] {0.5f}, new float[] {0.5f});

  private static Augmentation range(double scaleMin, double scaleMax) {
    return new Augmentation(
        8, 8, scaleMin, scaleMax, 0.75, 4 / 3.0, Interpolation.BILINEAR, 0.5, GREY);
  }

  @Test
  void cropsLieInsideWithAreaAndRatioInTheirRanges() {
    RandomGenerator sizes = RandomStream.of(1, "sizes");
    Augmentation range = range(0.2, 0.9);
    for (int i = 0; i < 5000; i++) {
      int height = 150 + sizes.nextInt(100);
      int width = 150 + sizes.nextInt(100);
      CropBox box =
          CropBox.draw(
              height, width, range, new ImageTensor.GeneratorRandom(RandomStream.of(2, "crop", i)));
      assertThat(box.left()).isBetween(0, width - box.width());
      assertThat(box.top()).isBetween(0, height - box.height());
      double share = (double) box.width() * box.height() / (height * width);
      double ratio = (double) box.width() / box.height();
      assertThat(share).isBetween(0.2 - 0.01, 0.9 + 0.01);
      assertThat(ratio).isBetween(0.75 - 0.015, 4 / 3.0 + 0.03);
    }
  }

  @Test
  void areaIsUniformAndRatioLogUniform() {
    double areas = 0;
    double logRatios = 0;
    int n = 5000;
    for (int i = 0; i < n; i++) {
      CropBox box =
          CropBox.draw(
              1000,
              1000,
              range(0.1, 0.5),
              new ImageTensor.GeneratorRandom(RandomStream.of(3, "crop", i)));
      areas += box.width() * (double) box.height() / 1e6;
      logRatios += Math.log((double) box.width() / box.height());
    }
    assertThat(areas / n).isBetween(0.3 - 0.007, 0.3 + 0.007);
    assertThat(logRatios / n).isBetween(-0.01, 0.01);
  }

  @Test
  void extremeImagesFallBackToTheLargestCentredCrop() {
    assertThat(CropBox.fallback(10, 100, range(1, 1))).isEqualTo(new CropBox(43, 0, 13, 10));
    assertThat(CropBox.fallback(100, 12, range(1, 1))).isEqualTo(new CropBox(0, 42, 12, 16));
    assertThat(CropBox.fallback(50, 50, range(1, 1))).isEqualTo(new CropBox(0, 0, 50, 50));
    assertThat(CropBox.fallback(1, 1, range(1, 1))).isEqualTo(new CropBox(0, 0, 1, 1));
  }

  @Test
  void aWholeWideImageCanOnlyFallBack() {
    CropBox box =
        CropBox.draw(
            10, 100, range(1, 1), new ImageTensor.GeneratorRandom(RandomStream.of(4, "crop")));
    assertThat(box).isEqualTo(new CropBox(43, 0, 13, 10));
  }
}
