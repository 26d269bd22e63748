package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChartLayoutTest {
  /** The narrowest column that page.html gives a chart beside others, in pixels. */
  private static final double NARROWEST_COLUMN = 310;

  /** The width at which documents show a picture, in pixels. */
  private static final double WIDTH_IN_A_DOCUMENT = 880;

  private static Stream<LineChart> charts() {
    LineChart long_ = curves("Loss of a very long run", 0, 312_500, 5, 0.4, 1.1, 40);
    return Stream.of(
        long_,
        long_.withScale(new LineChart.Scale("epoch", 800 / 312_500.)),
        curves("One step", 1, 1, 1, 3, 3, 1).withScale(new LineChart.Scale("epoch", 0.05)),
        curves("Layers", 0, 24, 25, 0, 4.3307, 25).withWholeNumbers(),
        curves("Tiny", 3, 1200, 2, 1e-9, 3e-9, 9),
        curves("Large and negative", 0, 7, 2, -123_456_789, -1_234, 9),
        curves("Norm", 0, 1e6, 1, 0.003, 4e4, 99).withLogScale(),
        LineChart.of("Nothing", "step", "loss"));
  }

  /** Curves of {@code points} points from {@code left} to {@code right}. */
  private static LineChart curves(
      String title, double left, double right, int count, double low, double high, int points) {
    LineChart chart = LineChart.of(title, "step", "a quantity of (some unit)");
    for (int curve = 0; curve < count; curve++) {
      double[] x = new double[points];
      double[] y = new double[points];
      for (int i = 0; i < points; i++) {
        double share = points == 1 ? 0 : (double) i / (points - 1);
        x[i] = left + share * (right - left);
        y[i] = low + share * (high - low) * (curve + 1) / count;
      }
      chart = chart.with(Series.line("curve with a name, " + curve, x, y));
    }
    return chart;
  }

  private static List<ChartLayout> layouts(LineChart chart) {
    return List.of(
        new ChartLayout(chart, SvgChart.NARROW, SvgChart.PLOT_HEIGHT, false),
        new ChartLayout(chart, 1080, 250, false),
        PngChart.fitting(chart));
  }

  @ParameterizedTest
  @MethodSource("charts")
  void noTextLiesOnAnotherOrOutside(LineChart chart) {
    for (ChartLayout layout : layouts(chart)) {
      Rectangle2D canvas = new Rectangle2D.Double(0, 0, layout.width(), layout.height());
      List<ChartLabel> labels = layout.labels();
      for (int i = 0; i < labels.size(); i++) {
        ChartLabel label = labels.get(i);
        assertThat(canvas.contains(label.box())).as("%s in %s", label, canvas).isTrue();
        assertThat(layout.plot().intersects(label.box())).as("%s on the plot", label).isFalse();
        for (ChartLabel other : labels.subList(i + 1, labels.size())) {
          assertThat(label.box().intersects(other.box())).as("%s on %s", label, other).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("charts")
  void everyScaleHasNumbers(LineChart chart) {
    for (ChartLayout layout : layouts(chart)) {
      assertThat(layout.rules()).hasSizeBetween(1, 9);
      assertThat(layout.plot().getHeight()).isGreaterThan(50);
      assertThat(numbersBelow(layout)).isNotEmpty();
    }
  }

  private static List<String> numbersBelow(ChartLayout layout) {
    return layout.labels().stream()
        .filter(label -> label.y() > layout.plot().getMaxY() + 8)
        .map(ChartLabel::text)
        .filter(text -> text.matches("[\u2212\\d].*"))
        .toList();
  }

  @Test
  void textIsLegibleAtTheSizeShown() {
    double onAPage = ChartLabel.TEXT * NARROWEST_COLUMN / SvgChart.NARROW;
    assertThat(onAPage).isGreaterThanOrEqualTo(11);
    double inADocument = ChartLabel.TEXT * PngChart.SCALE * WIDTH_IN_A_DOCUMENT / 1200;
    assertThat(inADocument).isGreaterThanOrEqualTo(11);
    charts()
        .flatMap(chart -> layouts(chart).stream())
        .flatMap(layout -> layout.labels().stream())
        .forEach(label -> assertThat(label.size()).isGreaterThanOrEqualTo(ChartLabel.TEXT));
  }

  @Test
  void stepsAndEpochsHaveARowOfNumbersEach() {
    LineChart chart =
        curves("Loss", 0, 400, 1, 0, 1, 40).withScale(new LineChart.Scale("epoch", 20 / 400.));
    ChartLayout layout = new ChartLayout(chart, 340, 190, false);

    ChartLabel step = named(layout, "step");
    ChartLabel epoch = named(layout, "epoch");
    assertThat(row(layout, step)).contains("0", "200", "400");
    assertThat(row(layout, epoch)).contains("0", "10", "20");
    assertThat(step.y()).isGreaterThan(epoch.y());
  }

  private static ChartLabel named(ChartLayout layout, String text) {
    return layout.labels().stream()
        .filter(label -> label.text().equals(text))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> row(ChartLayout layout, ChartLabel of) {
    return layout.labels().stream()
        .filter(label -> label.y() == of.y())
        .map(ChartLabel::text)
        .toList();
  }

  @Test
  void layersAreCountedInWholeNumbers() {
    LineChart chart = curves("H", 0, 4, 2, 0, 3, 5).withWholeNumbers();

    assertThat(numbersBelow(new ChartLayout(chart, 1080, 190, false)))
        .containsExactly("0", "1", "2", "3", "4");
  }

  @Test
  void barsStandBesideEachOther() {
    double[] x = {1, 2, 3};
    double[] same = {5, 6, 7};
    LineChart chart = LineChart.of("Accuracy", "epoch", "%");
    for (int i = 0; i < 3; i++) {
      chart = chart.with(Series.dots("variant " + i, x, same).withSpread(1, 1, 1));
    }
    ChartLayout layout = new ChartLayout(chart, 340, 190, false);

    List<Double> places = new ArrayList<>();
    for (int curve = 0; curve < 3; curve++) {
      places.add(layout.px(curve, 2));
    }
    assertThat(places.get(1)).isEqualTo(layout.px(2));
    assertThat(places.get(1) - places.get(0)).isGreaterThanOrEqualTo(4);
    assertThat(places.get(2) - places.get(1)).isGreaterThanOrEqualTo(4);
  }

  @Test
  void theLegendHasAChipForEachCurveAndSaysNothingTwice() {
    LineChart one = LineChart.of("Learning rate", "step", "rate");
    double[] points = {1, 2};
    LineChart named = one.with(Series.line("learning rate", points, points));

    assertThat(new ChartLayout(named, 340, 190, false).chips()).isEmpty();
    assertThat(
            new ChartLayout(named.with(Series.dashed("bound", points, points)), 340, 190, false)
                .chips())
        .hasSize(2);
    assertThat(
            new ChartLayout(one.with(Series.line("a run", points, points)), 340, 190, false)
                .chips())
        .hasSize(1);
  }

  @Test
  void valuesThatCannotBeShownDoNotStretchTheAxes() {
    double[] x = {0, 1, 2, 3};
    double[] y = {1, Double.NaN, Double.POSITIVE_INFINITY, 2};
    ChartLayout layout =
        new ChartLayout(
            LineChart.of("Loss", "step", "loss").with(Series.line("a", x, y)), 340, 190, false);

    assertThat(Arrays.asList(layout.py(1), layout.py(2)))
        .allMatch(at -> at >= layout.plot().getY() && at <= layout.plot().getMaxY());
  }
}
