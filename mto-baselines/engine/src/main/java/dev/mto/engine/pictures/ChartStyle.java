package dev.mto.engine.pictures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Arrays;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The look of the charts: white, thin grid, a palette that colour-blind readers can tell apart. */
final class ChartStyle {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 700;
  private static final int FEW = 30;
  private static final Color GRID = new Color(0xe3e6ea);
  private static final Color REFERENCE = new Color(0x6e7781);
  private static final BasicStroke SOLID =
      new BasicStroke(2.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  private static final BasicStroke DASHED =
      new BasicStroke(
          2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, new float[] {9f, 7f}, 0f);

  /** Okabe and Ito's palette, without yellow, which is too light for lines on white. */
  private static final Color[] PALETTE = {
    new Color(0x0072b2),
    new Color(0xd55e00),
    new Color(0x009e73),
    new Color(0xcc79a7),
    new Color(0xe69f00),
    new Color(0x56b4e9),
    new Color(0x24292f)
  };

  private ChartStyle() {}

  static XYChart chart(LineChart content) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(content.title())
            .xAxisTitle(content.xLabel())
            .yAxisTitle(content.yLabel())
            .build();
    XYStyler style = chart.getStyler();
    style.setLocale(Locale.ROOT);
    style.setSeriesColors(PALETTE);
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesColor(GRID);
    style.setPlotGridLinesStroke(new BasicStroke(1f));
    style.setPlotGridVerticalLinesVisible(false);
    style.setAxisTickMarksColor(GRID);
    style.setAxisTickLabelsColor(Drawing.INK);
    style.setChartFontColor(Drawing.INK);
    style.setChartPadding(22);
    style.setPlotMargin(8);
    style.setChartTitleFont(Drawing.font(Font.BOLD, 24));
    style.setAxisTitleFont(Drawing.font(Font.PLAIN, 18));
    style.setAxisTickLabelsFont(Drawing.font(Font.PLAIN, 16));
    style.setLegendFont(Drawing.font(Font.PLAIN, 16));
    style.setLegendPosition(Styler.LegendPosition.OutsideS);
    style.setLegendLayout(Styler.LegendLayout.Horizontal);
    style.setLegendBorderColor(Color.WHITE);
    style.setMarkerSize(9);
    style.setErrorBarsColorSeriesColor(true);
    style.setXAxisTickMarkSpacingHint(130);
    style.setYAxisTickMarkSpacingHint(70);
    style.setYAxisLogarithmic(content.logarithmic());
    style.setYAxisLogarithmicDecadeOnly(false);
    return chart;
  }

  static void add(XYChart chart, Series curve, boolean logarithmic) {
    double[] y = curve.y();
    boolean drawable = false;
    for (int i = 0; i < y.length; i++) {
      if (!Double.isFinite(y[i]) || (logarithmic && y[i] <= 0)) {
        y[i] = Double.NaN;
      }
      drawable |= !Double.isNaN(y[i]);
    }
    if (!drawable) {
      return;
    }
    XYSeries drawn = chart.addSeries(curve.name(), withRoundTicks(curve.x()), y, bars(curve));
    drawn.setLineStyle(SOLID);
    drawn.setMarker(curve.style() == Series.Style.DOTS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    if (curve.style() == Series.Style.DASHED) {
      drawn.setLineStyle(DASHED).setLineColor(REFERENCE);
    }
  }

  private static double[] bars(Series curve) {
    double[] spread = curve.spread();
    if (spread.length == 0) {
      return null;
    }
    return Arrays.stream(spread).map(half -> Double.isFinite(half) ? half : 0).toArray();
  }

  /**
   * The horizontal values, of a long curve with the first moved by a tenth of a pixel: XChart
   * labels evenly spaced values themselves, such as 1, 59, 117, and others at round numbers.
   */
  private static double[] withRoundTicks(double[] x) {
    if (x.length > FEW) {
      x[0] += 1e-4 * (x[x.length - 1] - x[0]);
    }
    return x;
  }
}
