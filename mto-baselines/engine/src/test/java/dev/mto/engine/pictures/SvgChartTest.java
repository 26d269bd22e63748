package dev.mto.engine.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class SvgChartTest {
  private static final double[] X = {1, 2, 3};
  private static final double[] Y = {4, 3, 2.5};

  private static LineChart chart() {
    return LineChart.of("Loss & <more>", "step", "loss \"here\"")
        .with(Series.dots("<script>alert(1)</script>", X, Y))
        .with(Series.dashed("it's the bound", X, X));
  }

  @Test
  void isWellFormedWhateverNamesThereAre() throws Exception {
    for (LineChart.Width width : LineChart.Width.values()) {
      String html = chart().html(width);

      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(html)));
      assertThat(html).doesNotContain("<script").contains("Loss &amp; &lt;more&gt;");
    }
  }

  @Test
  void saysInWordsWhatItShows() {
    assertThat(SvgChart.description(chart()))
        .isEqualTo(
            "Loss & <more>: loss \"here\" by step. <script>alert(1)</script> from 4 to 2.5; it's the"
                + " bound from 1 to 3.");
    assertThat(chart().html(LineChart.Width.THIRD))
        .contains("role=\"img\" aria-label=\"Loss &amp;");
  }

  @Test
  void showsTheValuesOfEveryPlaceThatIsPointedAt() {
    String html = chart().html(LineChart.Width.THIRD);

    assertThat(html.split("class=\"at\"", -1)).hasSize(1 + X.length);
    assertThat(html).contains(">step 3</text>").contains(">2.5</text>");
  }

  @Test
  void whatIsPointedAtIsShownWithItsSpread() {
    assertThat(
            LineChart.of("Accuracy", "epoch", "%")
                .with(Series.dots("mto", X, Y).withSpread(0.123456, 1, 0))
                .html(LineChart.Width.THIRD))
        .contains(">4 ± 0.123</text>", ">3 ± 1</text>", ">2.5</text>");
  }

  @Test
  void aLongCurveHasFewPlacesToPointAt() {
    double[] x = new double[800];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    String html =
        LineChart.of("a", "step", "b").with(Series.line("a", x, x)).html(LineChart.Width.THIRD);

    assertThat(html.split("class=\"at\"", -1)).hasSizeBetween(30, 60);
  }

  @Test
  void linesHaveAColourForWhiteAndOneForDarkPages() {
    assertThat(chart().html(LineChart.Width.THIRD))
        .contains("--a:#0072b2;--b:#56b4e9")
        .contains("stroke-dasharray");
  }

  @Test
  void aChartThatIsWideOnAScreenIsNarrowOnAPhone() {
    String html = chart().html(LineChart.Width.FULL);

    assertThat(
            Pattern.compile("viewBox=\"0 0 (\\d+) ").matcher(html).results().map(m -> m.group(1)))
        .containsExactly("340", "1080");
  }

  @Test
  void leavesAGapWhereAValueIsMissing() {
    double[] x = {1, 2, 3, 4, 5};
    double[] y = {1, 2, Double.NaN, 3, 4};
    String html =
        LineChart.of("a", "b", "c").with(Series.line("a", x, y)).html(LineChart.Width.THIRD);

    assertThat(html.split("class=\"line\"", -1)).hasSize(1 + 2);
  }

  @Test
  void nothingIsShownOfNothing() {
    assertThat(LineChart.of("a", "b", "c").html(LineChart.Width.HALF)).isEmpty();
    assertThat(
            LineChart.of("a", "b", "c")
                .with(Series.line("a", X, new double[] {Double.NaN, Double.NaN, Double.NaN}))
                .html(LineChart.Width.HALF))
        .isEmpty();
  }
}
