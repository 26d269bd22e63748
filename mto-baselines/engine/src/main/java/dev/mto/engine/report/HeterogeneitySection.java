package dev.mto.engine.report;

import dev.mto.engine.pictures.Series;
import dev.mto.engine.pictures.Viridis;
import java.util.List;
import java.util.Locale;

/** H by layer: over training, and by depth at its start, middle and end (Fig. 1 of the paper). */
record HeterogeneitySection(RunMetrics metrics) {
  /** Viridis is too light for lines on white beyond this. */
  private static final double LIGHTEST = 0.88;

  String html() {
    StringBuilder charts = new StringBuilder();
    metrics
        .heterogeneity()
        .forEach(
            (group, curves) -> {
              String of = group.isEmpty() ? "" : ", " + group.substring(1);
              charts.append(overTraining(of, curves)).append(byDepth(of, curves));
            });
    if (charts.isEmpty()) {
      return "";
    }
    return Html.section(
        "Heterogeneity of masked and visible tokens",
        """
        <p>H is the mean entropy of the affinities of masked tokens to visible ones (eq. 2), in nats; \
        layer 0 is the initial embedding. A converged model has its highest H at layer 0 and falls \
        with depth.</p>
        <div class="grid two">
        """
            + charts
            + "</div>");
  }

  private String overTraining(String group, LayerCurves curves) {
    SvgLineChart chart = SvgLineChart.of("H of each layer" + group, "step", "H (nats)");
    List<DownsampledCurve> layers = curves.layers();
    double left = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    for (int layer = 0; layer < layers.size(); layer++) {
      double[] steps = layers.get(layer).x();
      if (steps.length > 0) {
        left = Math.min(left, steps[0]);
        right = Math.max(right, steps[steps.length - 1]);
      }
      chart = chart.with(layers.get(layer).line("" + layer), colour(layer, layers.size()));
    }
    return withBound(chart, left, right).html();
  }

  private String byDepth(String group, LayerCurves curves) {
    SvgLineChart chart = SvgLineChart.of("H by depth" + group, "layer depth", "H (nats)");
    for (Series profile : curves.profiles()) {
      chart = chart.with(profile);
    }
    return withBound(chart, 0, curves.layers().size() - 1).html();
  }

  private SvgLineChart withBound(SvgLineChart chart, double left, double right) {
    double bound = metrics.curve(RunMetrics.BOUND).latest();
    return Double.isFinite(bound) && left <= right
        ? chart.with(
            Series.dashed("bound ln V", new double[] {left, right}, new double[] {bound, bound}))
        : chart;
  }

  private static String colour(int layer, int layers) {
    double depth = layers > 1 ? LIGHTEST * layer / (layers - 1) : 0;
    return String.format(Locale.ROOT, "#%06x", Viridis.rgb(depth));
  }
}
