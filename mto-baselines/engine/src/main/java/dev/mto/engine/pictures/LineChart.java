package dev.mto.engine.pictures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;

/**
 * A chart of named curves.
 *
 * @param title what the chart shows
 * @param xLabel quantity and unit of the horizontal axis
 * @param yLabel quantity and unit of the vertical axis
 * @param logarithmic whether the vertical axis is logarithmic; values at or below 0 are then left
 *     out
 * @param series the curves, in the order of the legend
 */
public record LineChart(
    String title, String xLabel, String yLabel, boolean logarithmic, List<Series> series) {
  /** Copies the list. */
  public LineChart {
    series = List.copyOf(series);
  }

  /** A chart without curves, on a linear scale. */
  public static LineChart of(String title, String xLabel, String yLabel) {
    return new LineChart(title, xLabel, yLabel, false, List.of());
  }

  /** The same chart with a logarithmic vertical axis. */
  public LineChart withLogScale() {
    return new LineChart(title, xLabel, yLabel, true, series);
  }

  /** The same chart with one curve more. */
  public LineChart with(Series added) {
    List<Series> all = new ArrayList<>(series);
    all.add(added);
    return new LineChart(title, xLabel, yLabel, logarithmic, all);
  }

  /** Writes the chart as a PNG of 1200 x 700 pixels, replacing an older one. */
  public void write(Path png) throws IOException {
    XYChart chart = ChartStyle.chart(this);
    for (Series curve : series) {
      ChartStyle.add(chart, curve, logarithmic);
    }
    Drawing.write(png, BitmapEncoder.getBufferedImage(chart));
  }
}
