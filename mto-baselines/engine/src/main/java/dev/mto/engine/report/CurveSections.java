package dev.mto.engine.report;

import dev.mto.engine.pictures.Series;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Curves over training steps, one chart a quantity. */
record CurveSections(RunMetrics metrics) {
  private static final List<String> NOT_A_TERM =
      List.of(RunMetrics.LOSS, RunMetrics.SELF_SUPERVISED, RunMetrics.REFERENCE);
  private static final Map<String, String> TERMS =
      Map.of("spa", "sparsity (eq. 3)", "e", "entropy (eq. 6)", "r", "ranking (eq. 7)");

  /** Total, self-supervised and reference loss in one chart. */
  String loss() {
    SvgLineChart chart = SvgLineChart.of("Loss", "step", "loss").wide();
    chart = with(chart, RunMetrics.LOSS, "total");
    chart = with(chart, RunMetrics.SELF_SUPERVISED, "self-supervised");
    if (metrics.has(RunMetrics.REFERENCE)) {
      DownsampledCurve reference = metrics.curve(RunMetrics.REFERENCE);
      chart =
          chart.with(
              Series.dashed(
                  "reference: a prediction without a model", reference.x(), reference.y()));
    }
    return Html.section("Loss", chart.html() + grid(charts(field -> !isTerm(field))));
  }

  /** Each term of MTO by itself, before its weight. */
  String terms() {
    return Html.section("MTO terms, each before its weight", grid(charts(CurveSections::isTerm)));
  }

  /** A chart of each part of the loss that is {@code wanted}. */
  private String charts(Predicate<String> wanted) {
    StringBuilder charts = new StringBuilder();
    metrics
        .curves()
        .forEach(
            (field, curve) -> {
              boolean part = field.startsWith("loss.") && !NOT_A_TERM.contains(field);
              if (part && wanted.test(field)) {
                charts.append(
                    SvgLineChart.of(termName(field), "step", "unweighted")
                        .with(curve.line(field))
                        .html());
              }
            });
    return charts.toString();
  }

  private static boolean isTerm(String field) {
    return TERMS.containsKey(field.substring(field.lastIndexOf('.') + 1));
  }

  /** Learning rate, gradient norm and speed. */
  String optimization() {
    return Html.section(
        "Optimization",
        grid(
            chart("Learning rate", RunMetrics.LEARNING_RATE, "lr")
                + with(
                        SvgLineChart.of("Gradient norm", "step", "global norm").withLogScale(),
                        RunMetrics.GRADIENT_NORM,
                        "before clipping")
                    .html()
                + chart("Speed", RunMetrics.SPEED, "images/s")));
  }

  /** What was measured on labelled or held-out images. */
  String quality() {
    SvgLineChart knn = SvgLineChart.of("k-NN accuracy", "step", "accuracy (%)");
    if (metrics.has(RunMetrics.KNN)) {
      DownsampledCurve curve = metrics.curve(RunMetrics.KNN);
      double[] percent = curve.y();
      for (int i = 0; i < percent.length; i++) {
        percent[i] *= 100;
      }
      knn = knn.with(Series.dots("k-NN on frozen features", curve.x(), percent));
    }
    SvgLineChart validation = SvgLineChart.of("Validation loss", "step", "loss");
    if (metrics.has(RunMetrics.VALIDATION_LOSS)) {
      DownsampledCurve curve = metrics.curve(RunMetrics.VALIDATION_LOSS);
      validation = validation.with(Series.dots("under fixed masks", curve.x(), curve.y()));
    }
    return Html.section("Held-out images", pair(knn.html() + validation.html()));
  }

  /** Norm of the mask token, and its likeness to visible tokens. */
  String maskToken() {
    return Html.section(
        "Mask token",
        pair(
            chart("Norm of the mask token", RunMetrics.MASK_TOKEN_NORM, "norm")
                + chart(
                    "Likeness to visible tokens",
                    RunMetrics.MASK_VISIBLE_COSINE,
                    "mean |cos(masked, visible)|")));
  }

  private String chart(String title, String field, String label) {
    return with(SvgLineChart.of(title, "step", label), field, field).html();
  }

  private SvgLineChart with(SvgLineChart chart, String field, String name) {
    return metrics.has(field) ? chart.with(metrics.curve(field).line(name)) : chart;
  }

  private static String termName(String field) {
    String path = field.substring("loss.".length());
    int dot = path.lastIndexOf('.');
    String term = TERMS.getOrDefault(path.substring(dot + 1), path.substring(dot + 1));
    return dot < 0 ? term : term + ", " + path.substring(0, dot);
  }

  private static String grid(String charts) {
    return charts.isEmpty() ? "" : "<div class=\"grid\">\n" + charts + "</div>";
  }

  private static String pair(String charts) {
    return charts.isEmpty() ? "" : "<div class=\"grid two\">\n" + charts + "</div>";
  }
}
