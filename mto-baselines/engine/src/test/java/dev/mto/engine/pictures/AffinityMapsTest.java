package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AffinityMapsTest {
  /** Left and upper edge of the first map. */
  private static final int LEFT = 40;

  private static final int TOP = 74;

  @TempDir Path folder;

  @Test
  void paintsQuadrantsWithRowsAndColumnsMaskedFirst() throws IOException {
    Path png = folder.resolve("affinity-0001.png");

    AffinityMaps.write(png, "raw dot products", List.of(quadrants("initial embedding", 1)));

    BufferedImage image = PngFixture.read(png);
    int masked = 4 * 26 / 2;
    int visible = 4 * 26 + 6 * 26 / 2;
    assertThat(at(image, masked, masked)).isEqualTo(Viridis.rgb(0));
    assertThat(at(image, visible, masked)).isEqualTo(Viridis.rgb(1 / 3.0));
    assertThat(at(image, masked, visible)).isEqualTo(Viridis.rgb(2 / 3.0));
    assertThat(at(image, visible, visible)).isEqualTo(Viridis.rgb(1));
  }

  @Test
  void drawsTheBorderOfMaskedAndVisibleTokens() throws IOException {
    Path png = folder.resolve("border.png");

    AffinityMaps.write(png, "row softmax", List.of(quadrants("block 1", 1)));

    BufferedImage image = PngFixture.read(png);
    assertThat(at(image, 4 * 26, 200)).isEqualTo(0xffffff);
    assertThat(at(image, 200, 4 * 26)).isEqualTo(0xffffff);
  }

  @Test
  void normalisesEachMapByItself() throws IOException {
    Path png = folder.resolve("two.png");

    AffinityMaps.write(
        png, "raw dot products", List.of(quadrants("block 1", 1), quadrants("block 2", 1000)));

    BufferedImage image = PngFixture.read(png);
    int second = 260 + 26;
    assertThat(at(image, second + 200, 200)).isEqualTo(Viridis.rgb(1));
    assertThat(at(image, 200, 200)).isEqualTo(Viridis.rgb(1));
  }

  @Test
  void growsByOnePanelALayer() throws IOException {
    Path one = folder.resolve("one.png");
    Path three = folder.resolve("three.png");
    LayerAffinity map = quadrants("block 1", 1);
    AffinityMaps.write(one, "row softmax", List.of(map));
    AffinityMaps.write(three, "row softmax", List.of(map, map, map));

    assertThat(PngFixture.read(three).getWidth() - PngFixture.read(one).getWidth())
        .isEqualTo(2 * (260 + 26));
  }

  @Test
  void showsEqualValuesInTheFirstColourAndNaNInGrey() throws IOException {
    Path png = folder.resolve("flat.png");

    AffinityMaps.write(
        png,
        "raw dot products",
        List.of(new LayerAffinity("block 1", new double[][] {{5, 5}, {5, Double.NaN}}, 0)));

    BufferedImage image = PngFixture.read(png);
    assertThat(at(image, 60, 60)).isEqualTo(Viridis.rgb(0));
    assertThat(at(image, 200, 200)).isEqualTo(0x9aa0a6);
  }

  @Test
  void refusesAMatrixThatIsNotSquare() {
    assertThatThrownBy(() -> new LayerAffinity("block 1", new double[][] {{1, 2}, {3}}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "row 1 of affinity map 'block 1' has 1 values for 2 tokens: give a square matrix");
  }

  @Test
  void refusesMoreMaskedTokensThanTokens() {
    assertThatThrownBy(() -> new LayerAffinity("block 1", new double[2][2], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 masked of 2 tokens");
  }

  @Test
  void refusesNoMaps() {
    assertThatThrownBy(() -> AffinityMaps.write(folder.resolve("x.png"), "x", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no affinity maps");
  }

  private static int at(BufferedImage image, int x, int y) {
    return PngFixture.rgb(image, LEFT + x, TOP + y);
  }

  /** Ten tokens, four masked; the quadrants hold 0, 1, 2 and 3, times a scale. */
  private static LayerAffinity quadrants(String title, double scale) {
    double[][] affinity = new double[10][10];
    for (int row = 0; row < 10; row++) {
      for (int column = 0; column < 10; column++) {
        affinity[row][column] = scale * ((row < 4 ? 0 : 2) + (column < 4 ? 0 : 1));
      }
    }
    return new LayerAffinity(title, affinity, 4);
  }
}
