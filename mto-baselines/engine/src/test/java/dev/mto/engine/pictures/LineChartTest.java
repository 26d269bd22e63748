package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineChartTest {
  private static final int BLUE = 0x0072b2;
  private static final int ORANGE = 0xd55e00;
  private static final int REFERENCE = 0x6e7781;

  @TempDir Path folder;

  @Test
  void drawsEachCurveInItsColour() throws IOException {
    Path png = folder.resolve("loss.png");

    LineChart.of("Loss", "step", "loss")
        .with(Series.line("total", steps(200), decay(200, 0.6)))
        .with(Series.line("self-supervised", steps(200), decay(200, 0.5)))
        .with(Series.dashed("reference", steps(200), constant(200, 0.45)))
        .write(png);

    BufferedImage image = PngFixture.read(png);
    assertThat(image.getWidth()).isEqualTo(1200);
    assertThat(image.getHeight()).isEqualTo(700);
    assertThat(PngFixture.contains(image, BLUE)).isTrue();
    assertThat(PngFixture.contains(image, ORANGE)).isTrue();
    assertThat(PngFixture.contains(image, REFERENCE)).isTrue();
    assertThat(PngFixture.rgb(image, 2, 2)).isEqualTo(0xffffff);
  }

  @Test
  void leavesOutWhatALogScaleCannotShow() throws IOException {
    Path png = folder.resolve("log.png");
    double[] values = {1, 0, -3, Double.NaN, Double.POSITIVE_INFINITY, 1e-3};

    LineChart.of("Norm", "step", "norm")
        .withLogScale()
        .with(Series.dots("norm", steps(6), values))
        .with(Series.line("nothing", steps(2), new double[] {0, 0}))
        .write(png);

    BufferedImage image = PngFixture.read(png);
    assertThat(PngFixture.contains(image, BLUE)).isTrue();
    assertThat(PngFixture.contains(image, ORANGE)).isFalse();
  }

  @Test
  void drawsAnEmptyChart() throws IOException {
    Path png = folder.resolve("empty.png");

    LineChart.of("Loss", "step", "loss").write(png);

    assertThat(PngFixture.read(png).getWidth()).isEqualTo(1200);
  }

  @Test
  void replacesAnOlderFileAndLeavesNoTemporaryOne() throws IOException {
    Path png = folder.resolve("loss.png");
    Files.writeString(png, "old");

    LineChart.of("Loss", "step", "loss").write(png);

    assertThat(PngFixture.read(png).getHeight()).isEqualTo(700);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(png);
    }
  }

  @Test
  void refusesASeriesWithUnequalLengths() {
    assertThatThrownBy(() -> Series.line("loss", new double[3], new double[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("series 'loss' has 3 x values and 2 y values: give one y for each x");
  }

  @Test
  void drawsHeterogeneityByDepthWithItsBound() throws IOException {
    Path png = folder.resolve("heterogeneity.png");
    Map<String, double[]> curves = new LinkedHashMap<>();
    curves.put("epoch 1", new double[] {4.33, 4.32, 4.33, 4.31, 4.33});
    curves.put("epoch 10", new double[] {4.32, 3.9, 3.1, 2.2, 1.4});

    HeterogeneityChart.write(png, "Heterogeneity by depth", curves, Math.log(76));

    BufferedImage bounded = PngFixture.read(png);
    assertThat(PngFixture.contains(bounded, BLUE)).isTrue();
    assertThat(PngFixture.contains(bounded, ORANGE)).isTrue();
    assertThat(PngFixture.contains(bounded, REFERENCE)).isTrue();

    HeterogeneityChart.write(png, "Heterogeneity by depth", curves, Double.NaN);
    assertThat(PngFixture.contains(PngFixture.read(png), REFERENCE)).isFalse();
  }

  private static double[] steps(int count) {
    double[] steps = new double[count];
    for (int i = 0; i < count; i++) {
      steps[i] = 10.0 * i;
    }
    return steps;
  }

  private static double[] decay(int count, double scale) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = scale * (0.3 + 0.7 * Math.exp(-i / 40.0)) + 0.01 * Math.sin(i);
    }
    return values;
  }

  private static double[] constant(int count, double value) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }
}
