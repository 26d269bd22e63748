package dev.mto.engine.pictures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A chart of named curves: what it shows, not how. {@link #write} makes a picture of it and {@link
 * #html} a part of a page, both with the geometry of {@link ChartLayout}.
 *
 * @param title what the chart shows
 * @param xLabel quantity and unit of the horizontal axis
 * @param yLabel quantity and unit of the vertical axis
 * @param logarithmic whether the vertical axis is logarithmic; values at or below 0 are then left
 *     out
 * @param wholeX whether the horizontal axis counts something, such as layers
 * @param second a second scale of the horizontal axis
 * @param series the curves, in the order of the legend
 */
public record LineChart(
    String title,
    String xLabel,
    String yLabel,
    boolean logarithmic,
    boolean wholeX,
    Optional<Scale> second,
    List<Series> series) {
  /**
   * Another unit of an axis.
   *
   * @param label its name
   * @param perUnit how much of it one of the axis is, such as epochs a step
   */
  public record Scale(String label, double perUnit) {}

  /** Copies the list. */
  public LineChart {
    series = List.copyOf(series);
  }

  /** A chart without curves, on a linear scale. */
  public static LineChart of(String title, String xLabel, String yLabel) {
    return new LineChart(title, xLabel, yLabel, false, false, Optional.empty(), List.of());
  }

  /** The same chart with a logarithmic vertical axis. */
  public LineChart withLogScale() {
    return new LineChart(title, xLabel, yLabel, true, wholeX, second, series);
  }

  /** The same chart, whose horizontal axis has whole numbers only. */
  public LineChart withWholeNumbers() {
    return new LineChart(title, xLabel, yLabel, logarithmic, true, second, series);
  }

  /** The same chart with a second scale above that of the horizontal axis. */
  public LineChart withScale(Scale scale) {
    return new LineChart(title, xLabel, yLabel, logarithmic, wholeX, Optional.of(scale), series);
  }

  /** The same chart with one curve more. */
  public LineChart with(Series added) {
    List<Series> all = new ArrayList<>(series);
    all.add(added);
    return new LineChart(title, xLabel, yLabel, logarithmic, wholeX, second, all);
  }

  /** Whether no curve has a point that can be shown. */
  public boolean isEmpty() {
    return series.stream().noneMatch(this::hasPoint);
  }

  /** Whether a curve has a point that can be shown. */
  boolean hasPoint(Series curve) {
    for (int point = 0; point < curve.points(); point++) {
      if (shows(curve.y(point))) {
        return true;
      }
    }
    return false;
  }

  boolean shows(double value) {
    return Double.isFinite(value) && (!logarithmic || value > 0);
  }

  /** Writes the chart as a PNG of 1200 x 700 pixels, replacing an older one. */
  public void write(Path png) throws IOException {
    PngChart.write(this, png);
  }

  /** How much of a wide page a chart takes; on a phone all take its width. */
  public enum Width {
    /** A third. */
    THIRD,
    /** A half. */
    HALF,
    /** All. */
    FULL
  }

  /**
   * The chart as an HTML figure with inline SVG, its title as the caption; nothing where no curve
   * has a point. It takes its colours from a page that defines the classes of {@code page.html}.
   */
  public String html(Width width) {
    return isEmpty() ? "" : SvgChart.figure(this, width);
  }
}
