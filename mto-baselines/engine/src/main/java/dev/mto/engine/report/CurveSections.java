package dev.mto.engine.report;

import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Curves over training steps, one chart a quantity, and beside them what is normal in them. */
record CurveSections(RunMetrics metrics, RunFacts facts) {
  /** The reference is a level; its noise from batch to batch says nothing. */
  private static final int REFERENCE_POINTS = 12;

  private static final List<String> NOT_A_PART =
      List.of(RunMetrics.LOSS, RunMetrics.SELF_SUPERVISED, RunMetrics.REFERENCE);

  /** Total, self-supervised, reference and validation loss. */
  LineChart lossChart() {
    LineChart chart = metrics.chart("Loss over training", "loss");
    chart = with(chart, RunMetrics.SELF_SUPERVISED, "self-supervised");
    boolean total =
        !metrics.has(RunMetrics.SELF_SUPERVISED)
            || metrics.curves().keySet().stream().anyMatch(MtoTerm::isTerm);
    if (total) {
      chart = with(chart, RunMetrics.LOSS, "total, with weighted MTO terms");
    }
    if (metrics.has(RunMetrics.VALIDATION_LOSS)) {
      DownsampledCurve curve = metrics.curve(RunMetrics.VALIDATION_LOSS);
      chart = chart.with(Series.dots("held-out images, fixed masks", curve.x(), curve.y()));
    }
    if (metrics.has(RunMetrics.REFERENCE)) {
      DownsampledCurve curve = metrics.curve(RunMetrics.REFERENCE);
      double[][] level = curve.coarse(REFERENCE_POINTS);
      chart = chart.with(Series.dashed("reference: no model", level[0], level[1]));
    }
    return chart;
  }

  /** The loss in one wide chart, its parts, and what is normal. */
  String loss() {
    String parts = charts(field -> !MtoTerm.isTerm(field));
    String chart = lossChart().html(LineChart.Width.FULL);
    return chart.isEmpty()
        ? ""
        : chart + Html.grid(parts) + Html.normal("What is normal", sentences());
  }

  private List<String> sentences() {
    List<String> sentences = new ArrayList<>(facts.aboutLoss());
    if (!sentences.isEmpty()) {
      sentences.add(
          "During warm-up the learning rate rises from almost nothing: the loss may stand still, or"
              + " rise for some steps. A rise that lasts, with a gradient norm that grows too, asks"
              + " for a lower training.base_lr or training.clip. A loss that is not a number stops"
              + " the run, and the message names the term and the block where it began.");
      sentences.add(
          "A lower loss is not yet a better encoder: compare runs by their accuracy on a task.");
    }
    return sentences;
  }

  /** Each term of MTO by itself, before its weight; and its weight and gradient. */
  String terms() {
    String charts = charts(MtoTerm::isTerm);
    return charts.isEmpty()
        ? ""
        : Html.paragraph("Each term before its weight, means over the images of a step.")
            + Html.grid(charts)
            + Html.normal("What is normal", MtoTerm.sentences(metrics))
            + weights()
            + gradients();
  }

  /** Weights that change, and learned temperatures. */
  private String weights() {
    boolean change =
        metrics.curves(RunMetrics.WEIGHT).values().stream()
            .anyMatch(curve -> Arrays.stream(curve.y()).distinct().count() > 1);
    LineChart temperatures = metrics.chart("Temperature of the softmax", "τ");
    for (var curve : metrics.curves(RunMetrics.TEMPERATURE).entrySet()) {
      String group = curve.getKey().replaceFirst("^\\.", "");
      temperatures = temperatures.with(curve.getValue().line(group.isEmpty() ? "learned" : group));
    }
    return Html.grid(
        (change ? ofTerms("Weights of the terms", "weight", RunMetrics.WEIGHT) : "")
            + temperatures.html(LineChart.Width.THIRD));
  }

  private String gradients() {
    String shares =
        ofTerms(
            "Share of the gradient", "weighted norm over the method's", RunMetrics.GRADIENT_SHARE);
    return shares.isEmpty()
        ? ""
        : Html.grid(
                shares
                    + ofTerms(
                        "Cosine with the method's gradient", "cosine", RunMetrics.GRADIENT_COSINE))
            + Html.paragraph(
                "Gradients of each term by itself against that of the self-supervised loss, over what MTO"
                    + " may move. A share of a few per cent can hardly steer a training; a cosine"
                    + " below 0 says that the term pulls against the method.");
  }

  private String ofTerms(String title, String label, String prefix) {
    LineChart chart = metrics.chart(title, label);
    for (var curve : metrics.curves(prefix).entrySet()) {
      chart = chart.with(curve.getValue().line("L_" + curve.getKey()));
    }
    return chart.html(LineChart.Width.THIRD);
  }

  /** A chart of each part of the loss that is {@code wanted}. */
  private String charts(Predicate<String> wanted) {
    StringBuilder charts = new StringBuilder();
    metrics
        .curves()
        .forEach(
            (field, curve) -> {
              boolean part = field.startsWith("loss.") && !NOT_A_PART.contains(field);
              if (part && wanted.test(field)) {
                String name = MtoTerm.title(field);
                charts.append(
                    metrics
                        .chart(name, MtoTerm.unit(field))
                        .with(curve.line(name))
                        .html(LineChart.Width.THIRD));
              }
            });
    return charts.toString();
  }

  /** Learning rate, gradient norm and speed. */
  String optimization() {
    return Html.grid(
        chart("Learning rate", RunMetrics.LEARNING_RATE, "learning rate")
            + with(
                    metrics.chart("Gradient norm", "norm of all gradients").withLogScale(),
                    RunMetrics.GRADIENT_NORM,
                    "before clipping")
                .html(LineChart.Width.THIRD)
            + chart("Speed", RunMetrics.SPEED, "images/s"));
  }

  /** The accuracy that was measured on labelled images. */
  String accuracy() {
    return metrics.has(RunMetrics.KNN)
        ? Html.grid(accuracyChart().html(LineChart.Width.THIRD))
            + Html.paragraph(
                "The 20 nearest training images vote, by features of the last block. It needs no training;"
                    + " encoders of masked image modelling are often poor at it and gain most by"
                    + " fine-tuning (evaluate finetune).")
        : "";
  }

  private LineChart accuracyChart() {
    return metrics
        .chart("k-NN accuracy on held-out images", "top-1 (%)")
        .with(accuracies(metrics, "k-NN on frozen features"));
  }

  /** The k-NN accuracies of a run in per cent. */
  static Series accuracies(RunMetrics metrics, String name) {
    DownsampledCurve curve = metrics.curve(RunMetrics.KNN);
    double[] percent = curve.y();
    for (int i = 0; i < percent.length; i++) {
      percent[i] *= 100;
    }
    return Series.dots(name, curve.x(), percent);
  }

  /** Norm of the mask token, and its likeness to visible tokens. */
  String maskToken() {
    String charts =
        chart("Norm of the mask token", RunMetrics.MASK_TOKEN_NORM, "norm")
            + chart(
                "Likeness to visible tokens",
                RunMetrics.MASK_VISIBLE_COSINE,
                "mean |cos(masked, visible)|");
    return charts.isEmpty()
        ? ""
        : Html.grid(charts)
            + Html.paragraph(
                "Of the first layer, before any block. 0 says that mask tokens are at right angles to what is"
                    + " visible, 1 that they are parallel to it.");
  }

  private String chart(String title, String field, String label) {
    return with(metrics.chart(title, label), field, title.toLowerCase(Locale.ROOT))
        .html(LineChart.Width.THIRD);
  }

  private LineChart with(LineChart chart, String field, String name) {
    return metrics.has(field) ? chart.with(metrics.curve(field).line(name)) : chart;
  }
}
