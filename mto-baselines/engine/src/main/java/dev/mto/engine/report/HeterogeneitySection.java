package dev.mto.engine.report;

import dev.mto.engine.pictures.Ink;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Numbers;
import dev.mto.engine.pictures.Series;
import java.util.ArrayList;
import java.util.List;

/**
 * H by layer: over training, and by depth at its start, middle and end (Fig. 1 of the paper); and
 * beside it the norms of tokens, by which alone it can fall.
 */
record HeterogeneitySection(RunMetrics metrics) {
  String html() {
    StringBuilder charts = new StringBuilder();
    metrics
        .heterogeneity()
        .forEach(
            (group, curves) -> {
              String of = group.isEmpty() ? "" : ", " + group.substring(1) + " decoder";
              charts.append(overTraining(of, curves)).append(byDepth(of, curves));
              charts.append(norms(group, of)).append(normsByDepth(group, of));
            });
    return charts.isEmpty()
        ? ""
        : Html.paragraph(
                "H is the mean entropy, in nats, of the affinities of a masked token to the visible"
                    + " ones (eq. 2); layer 0 is the initial embedding, before any block.")
            + "<div class=\"grid two\">\n"
            + charts
            + "</div>\n"
            + Html.normal("What is normal", sentences());
  }

  private List<String> sentences() {
    double bound = metrics.curve(RunMetrics.BOUND).latest();
    String most =
        bound > 0 ? " (%s for %s)".formatted(Numbers.of(bound), Numbers.of(Math.exp(bound))) : "";
    List<String> sentences = new ArrayList<>();
    sentences.add(
        "H is at most ln V for V visible tokens"
            + most
            + ", where a masked token resembles all of them alike: that is where every layer of a new"
            + " model may be. 0 would be a masked token that resembles one visible token alone.");
    sentences.add(
        "As training goes on, layer 0 usually stays near the bound, since mask tokens know nothing of"
            + " their image yet, and H falls with depth, as in the paper's Fig. 1. A layer in between that"
            + " is a little above the one before it is common. H measures no quality: compare it"
            + " between runs of the same masks only, as its bound depends on V.");
    if (metrics.heterogeneity().keySet().stream().anyMatch(this::hasNorms)) {
      sentences.add(
          "Where token norms grow while H falls, H may fall by the length of tokens alone: dot products"
              + " grow with it, and their softmax takes fewer tokens, whatever these look like. That"
              + " is the trivial minimum of L_spa and L_r; mto.normalise: l2 has none of it, and"
              + " mto.norm_penalty holds tokens short.");
    }
    return sentences;
  }

  private boolean hasNorms(String group) {
    return metrics.layers(RunMetrics.VISIBLE_NORM + group).isPresent();
  }

  /** Of the initial embedding and of the last block. */
  private String norms(String group, String of) {
    LineChart chart = metrics.chart("Token norms" + of, "mean norm of a token");
    for (String kind : List.of(RunMetrics.VISIBLE_NORM, RunMetrics.MASKED_NORM)) {
      String name = kind.substring(kind.indexOf('.') + 1);
      LayerCurves curves = metrics.layers(kind + group).orElse(null);
      if (curves != null) {
        List<DownsampledCurve> layers = curves.layers();
        chart = chart.with(layers.get(0).line(name + ", layer 0"));
        chart = chart.with(layers.get(layers.size() - 1).line(name + ", last layer"));
      }
    }
    return chart.html(LineChart.Width.HALF);
  }

  private String normsByDepth(String group, String of) {
    LineChart chart =
        LineChart.of(
                "Token norms by depth, latest" + of,
                "layer (0: initial embedding)",
                "mean norm of a token")
            .withWholeNumbers();
    for (String kind : List.of(RunMetrics.VISIBLE_NORM, RunMetrics.MASKED_NORM)) {
      LayerCurves curves = metrics.layers(kind + group).orElse(null);
      if (curves != null) {
        chart = chart.with(curves.latest(kind.substring(kind.indexOf('.') + 1)));
      }
    }
    return chart.html(LineChart.Width.HALF);
  }

  private String overTraining(String group, LayerCurves curves) {
    LineChart chart = metrics.chart("H of each layer" + group, "H (nats)");
    List<DownsampledCurve> layers = curves.layers();
    double left = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    for (int layer = 0; layer < layers.size(); layer++) {
      double[] steps = layers.get(layer).x();
      if (steps.length > 0) {
        left = Math.min(left, steps[0]);
        right = Math.max(right, steps[steps.length - 1]);
      }
      double depth = layers.size() > 1 ? (double) layer / (layers.size() - 1) : 0;
      String name = layer == 0 ? "layer 0" : "" + layer;
      chart = chart.with(layers.get(layer).line(name).withInk(Ink.ramp(depth)));
    }
    return withBound(chart, left, right).html(LineChart.Width.HALF);
  }

  private String byDepth(String group, LayerCurves curves) {
    LineChart chart =
        LineChart.of("H by depth" + group, "layer (0: initial embedding)", "H (nats)")
            .withWholeNumbers();
    for (Series profile : curves.profiles()) {
      chart = chart.with(profile);
    }
    return withBound(chart, 0, curves.layers().size() - 1).html(LineChart.Width.HALF);
  }

  private LineChart withBound(LineChart chart, double left, double right) {
    double bound = metrics.curve(RunMetrics.BOUND).latest();
    return Double.isFinite(bound) && left <= right
        ? chart.with(
            Series.dashed("bound ln V", new double[] {left, right}, new double[] {bound, bound}))
        : chart;
  }
}
