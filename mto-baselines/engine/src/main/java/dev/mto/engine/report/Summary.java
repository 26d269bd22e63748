package dev.mto.engine.report;

import dev.mto.engine.pictures.Markup;
import dev.mto.engine.pictures.Numbers;
import java.util.List;

/** The last figures of a run, and what they mean. */
record Summary(RunMetrics metrics) {
  private static final String RECENT = "mean of the last " + DownsampledCurve.TAIL + " steps";

  String html() {
    if (metrics.step() == 0) {
      return "<p>No step has been logged yet.</p>\n";
    }
    StringBuilder cards = new StringBuilder("<div class=\"cards\">\n");
    String loss = lossField(metrics);
    add(cards, "loss, self-supervised", loss, RECENT);
    add(cards, "reference loss", RunMetrics.REFERENCE, "needs no model");
    if (metrics.has(RunMetrics.VALIDATION_LOSS)) {
      cards.append(
          card("loss, held-out images", Numbers.of(latest(RunMetrics.VALIDATION_LOSS)), "latest"));
    }
    if (metrics.has(RunMetrics.KNN)) {
      cards.append(card("k-NN accuracy", Numbers.percent(latest(RunMetrics.KNN)), "latest"));
    }
    metrics
        .heterogeneity()
        .forEach((group, curves) -> heterogeneity(cards, group, curves.layers()));
    add(cards, "images/s", RunMetrics.SPEED, RECENT);
    return cards.append("</div>\n").append(verdict(loss)).append(warning()).toString();
  }

  /** The field of the loss of the method itself. */
  static String lossField(RunMetrics metrics) {
    return metrics.has(RunMetrics.SELF_SUPERVISED) ? RunMetrics.SELF_SUPERVISED : RunMetrics.LOSS;
  }

  private void add(StringBuilder cards, String name, String field, String note) {
    if (metrics.has(field)) {
      cards.append(card(name, Numbers.of(metrics.curve(field).recent()), note));
    }
  }

  private void heterogeneity(StringBuilder cards, String group, List<DownsampledCurve> layers) {
    String ends =
        Numbers.brief(layers.get(0).latest())
            + " \u2192 "
            + Numbers.brief(layers.get(layers.size() - 1).latest());
    String bound =
        metrics.has(RunMetrics.BOUND)
            ? "nats; at most " + Numbers.brief(latest(RunMetrics.BOUND))
            : "nats";
    cards.append(card("H" + group.replace('.', ' ') + ", first \u2192 last layer", ends, bound));
  }

  private String verdict(String loss) {
    if (!metrics.has(loss) || !metrics.has(RunMetrics.REFERENCE)) {
      return "";
    }
    double reached = metrics.curve(loss).recent();
    double reference = metrics.curve(RunMetrics.REFERENCE).recent();
    if (reached >= reference) {
      return """
          <p>The loss is <b>not yet below the reference</b>, that of a prediction which needs no \
          model: this one has learnt no more than that so far.</p>
          """;
    }
    return """
        <p>The loss is <b>%s below the reference</b>, that of a prediction which needs no model.</p>
        """
        .formatted(Numbers.percent(1 - reached / reference));
  }

  private String warning() {
    long notFinite = metrics.curve(RunMetrics.LOSS).notFinite();
    return notFinite == 0
        ? ""
        : "<p class=\"warning\">The loss was not finite in %s rows; curves leave them out.</p>\n"
            .formatted(Numbers.count(notFinite));
  }

  private double latest(String field) {
    return metrics.curve(field).latest();
  }

  private static String card(String name, String value, String note) {
    return "<div class=\"card\"><span>%s</span><b>%s</b><small>%s</small></div>\n"
        .formatted(Markup.escape(name), Markup.escape(value), Markup.escape(note));
  }
}
