package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ReconstructionsTest {
  private static final int RED = 0xff0000;
  private static final int BLUE = 0x0000ff;

  /** 8x8 images are magnified 20 times to 160 pixels; margin 20, heading 30, gap 10. */
  private static final int TILE = 160;

  @TempDir Path folder;

  @Test
  void placesOriginalMaskedInputReconstructionAndPredictionSideBySide() throws IOException {
    Path png = folder.resolve("reconstruction-0001.png");

    Reconstructions.write(
        png, "predicted pixels", plain(2, RED), leftHalfMasked(2), plain(2, BLUE), List.of());

    BufferedImage image = PngFixture.read(png);
    assertThat(image.getWidth()).isEqualTo(20 + 4 * TILE + 3 * 10 + 20);
    assertThat(image.getHeight()).isEqualTo(20 + 30 + 2 * (TILE + 10) + 36);
    for (int row = 0; row < 2; row++) {
      int y = 50 + row * (TILE + 10) + TILE / 2;
      assertThat(halves(image, 0, y)).containsExactly(RED, RED);
      assertThat(halves(image, 1, y)).containsExactly(Reconstructions.MASKED, RED);
      assertThat(halves(image, 2, y)).containsExactly(BLUE, RED);
      assertThat(halves(image, 3, y)).containsExactly(BLUE, BLUE);
    }
  }

  @Test
  void magnifiesByNearestNeighbour() throws IOException {
    Path png = folder.resolve("one.png");
    INDArray images = Nd4j.zeros(1, 1, 8, 8);
    images.putScalar(new int[] {0, 0, 0, 1}, 1);

    Reconstructions.write(png, "predicted pixels", images, Nd4j.zeros(1, 8, 8), images, List.of());

    BufferedImage image = PngFixture.read(png);
    assertThat(PngFixture.rgb(image, 20 + 19, 50)).isZero();
    assertThat(PngFixture.rgb(image, 20 + 20, 50)).isEqualTo(0xffffff);
    assertThat(PngFixture.rgb(image, 20 + 39, 50 + 19)).isEqualTo(0xffffff);
    assertThat(PngFixture.rgb(image, 20 + 40, 50)).isZero();
    assertThat(PngFixture.rgb(image, 20 + 20, 50 + 20)).isZero();
  }

  @Test
  void cutsValuesToTheirRangeAndShowsNaNInMagenta() throws IOException {
    Path png = folder.resolve("range.png");
    INDArray predicted = plain(1, RED).muli(5).subi(2);
    predicted.putScalar(new int[] {0, 1, 0, 0}, Float.NaN);

    Reconstructions.write(
        png, "predicted pixels", plain(1, RED), leftHalfMasked(1), predicted, List.of("shirt"));

    BufferedImage image = PngFixture.read(png);
    int x = image.getWidth() - 20 - TILE;
    assertThat(PngFixture.rgb(image, x + 5, 55)).isEqualTo(0xff00ff);
    assertThat(PngFixture.rgb(image, x + 100, 150)).isEqualTo(RED);
  }

  @Test
  void makesRoomForLabels() throws IOException {
    Path without = folder.resolve("without.png");
    Path with = folder.resolve("with.png");
    Reconstructions.write(
        without, "predicted pixels", plain(1, RED), leftHalfMasked(1), plain(1, RED), List.of());
    Reconstructions.write(
        with,
        "predicted pixels",
        plain(1, RED),
        leftHalfMasked(1),
        plain(1, RED),
        List.of("x".repeat(500)));

    assertThat(PngFixture.read(with).getWidth())
        .isBetween(
            PngFixture.read(without).getWidth() + 100, PngFixture.read(without).getWidth() + 200);
  }

  @Test
  void refusesAMaskThatDoesNotFit() {
    assertThatThrownBy(
            () ->
                Reconstructions.write(
                    folder.resolve("no.png"),
                    "predicted pixels",
                    plain(2, RED),
                    Nd4j.zeros(2, 3, 3),
                    plain(2, RED),
                    List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 3, 3]")
        .hasMessageContaining("h dividing 8");
  }

  @Test
  void refusesAPredictionOfAnotherShape() {
    assertThatThrownBy(
            () ->
                Reconstructions.write(
                    folder.resolve("no.png"),
                    "predicted pixels",
                    plain(2, RED),
                    leftHalfMasked(2),
                    plain(1, RED),
                    List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[1, 3, 8, 8]");
  }

  private static List<Integer> halves(BufferedImage image, int column, int y) {
    int x = 20 + column * (TILE + 10);
    return List.of(PngFixture.rgb(image, x + 20, y), PngFixture.rgb(image, x + 140, y));
  }

  private static INDArray plain(int count, int rgb) {
    INDArray images = Nd4j.create(count, 3, 8, 8);
    for (int channel = 0; channel < 3; channel++) {
      images
          .get(NDArrayIndex.all(), NDArrayIndex.point(channel))
          .assign((rgb >> (16 - 8 * channel) & 0xff) / 255.0);
    }
    return images;
  }

  /** A mask of patches, two by two. */
  private static INDArray leftHalfMasked(int count) {
    INDArray mask = Nd4j.zeros(count, 2, 2);
    mask.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(0)).assign(1);
    return mask;
  }
}
