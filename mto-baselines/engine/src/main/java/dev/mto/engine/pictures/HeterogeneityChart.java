package dev.mto.engine.pictures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Heterogeneity of masked against visible tokens by layer depth, as in Fig. 1 of the paper. */
public final class HeterogeneityChart {
  private HeterogeneityChart() {}

  /**
   * Writes the chart.
   *
   * @param png the file to write or replace
   * @param title what the chart shows
   * @param heterogeneity H in nats of layers 0 to L by name of the curve, such as {@code "epoch
   *     10"}, in the order of the legend; layer 0 is the initial embedding
   * @param bound ln V in nats, the largest H that V visible tokens allow, drawn dashed; NaN for
   *     none
   */
  public static void write(
      Path png, String title, Map<String, double[]> heterogeneity, double bound)
      throws IOException {
    LineChart chart =
        LineChart.of(title, "layer (0: initial embedding)", "H (nats)").withWholeNumbers();
    int depth = 0;
    for (Map.Entry<String, double[]> curve : heterogeneity.entrySet()) {
      int layers = curve.getValue().length;
      depth = Math.max(depth, layers - 1);
      chart = chart.with(Series.dots(curve.getKey(), layersUpTo(layers - 1), curve.getValue()));
    }
    if (Double.isFinite(bound)) {
      chart =
          chart.with(
              Series.dashed(
                  String.format(Locale.ROOT, "bound ln V = %.3f", bound),
                  new double[] {0, depth},
                  new double[] {bound, bound}));
    }
    chart.write(png);
  }

  private static double[] layersUpTo(int last) {
    return IntStream.rangeClosed(0, last).asDoubleStream().toArray();
  }
}
