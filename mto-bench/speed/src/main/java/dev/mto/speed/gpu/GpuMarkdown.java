package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** A report as Markdown. */
final class GpuMarkdown {
  private final JsonNode report;
  private final StringBuilder text = new StringBuilder();
  private final Formatter lines = new Formatter(text, Locale.ROOT);

  private GpuMarkdown(JsonNode report) {
    this.report = report;
  }

  /** The tables of all sections that there are. */
  static String of(JsonNode report) {
    GpuMarkdown page = new GpuMarkdown(report);
    page.head();
    page.kernels();
    page.products();
    page.plans();
    page.resumedRuns();
    page.steps();
    page.peers();
    page.profiles();
    return page.text.toString();
  }

  private void head() {
    lines.format("# %s%n%n", report.at("/machine/gpu").asText());
    lines.format(
        "%s, workload: %s. %s%n%n",
        report.path("made_at").asText(),
        report.path("workload").asText(),
        report.path("sound").asBoolean() ? "All so far agrees." : "**Something is wrong.**");
    lines.format("| machine | |%n|---|---|%n");
    report
        .path("machine")
        .fields()
        .forEachRemaining(fact -> row(fact.getKey(), fact.getValue().asText()));
  }

  /** The entries of a section below its title; those that failed are told before. */
  private List<JsonNode> section(String name, String title) {
    List<JsonNode> entries = new ArrayList<>();
    if (!report.has(name)) {
      return entries;
    }
    lines.format("%n## %s%n%n", title);
    for (JsonNode entry : report.get(name)) {
      if (entry.has("failed")) {
        lines.format(
            "**Failed:** %s: %s%n%n", entry.get("what").asText(), entry.get("failed").asText());
      } else if (entry.has(GpuReport.DOES_NOT_FIT)) {
        lines.format(
            "Does not fit: %s: %s%n%n",
            entry.get("what").asText(), entry.get(GpuReport.DOES_NOT_FIT).asText());
      } else {
        entries.add(entry);
      }
    }
    return entries;
  }

  private void head(String... columns) {
    row((Object[]) columns);
    lines.format("|%s%n", "---|".repeat(columns.length));
  }

  private void row(Object... cells) {
    lines.format("|");
    for (Object cell : cells) {
      lines.format(" %s |", cell);
    }
    lines.format("%n");
  }

  private static String verdict(JsonNode entry) {
    return entry.get("passed").asBoolean() ? "yes" : "**NO**";
  }

  private static String small(JsonNode number) {
    return String.format(Locale.ROOT, "%.1e", number.asDouble());
  }

  private static String number(JsonNode number, String format) {
    return String.format(Locale.ROOT, format, number.asDouble());
  }

  private void kernels() {
    List<JsonNode> kernels = section("kernels", "Kernels against double");
    if (!kernels.isEmpty()) {
      head("kernel", "shape", "largest error", "bound", "agrees");
      for (JsonNode each : kernels) {
        row(
            each.get("kernel").asText(),
            each.get("shape").asText(),
            small(each.get("error")),
            small(each.get("bound")),
            verdict(each));
      }
    }
  }

  private void products() {
    List<JsonNode> products = section("products", "Rates of products");
    if (!products.isEmpty()) {
      head("product", "batch", "m, n, k", "operands", "TFLOP/s");
      for (JsonNode each : products) {
        row(
            each.get("what").asText(),
            each.get("batch"),
            each.get("m") + ", " + each.get("n") + ", " + each.get("k"),
            each.get("precision").asText(),
            number(each.get("tflops"), "%.4g"));
      }
    }
  }

  private void plans() {
    List<JsonNode> plans =
        section("plans", "Losses and gradients against the processor's in float32");
    if (!plans.isEmpty()) {
      head(
          "method",
          "model",
          "operands",
          "loss",
          "its difference",
          "gradients'",
          "most in",
          "agrees");
      for (JsonNode each : plans) {
        row(
            each.get("method").asText(),
            each.get("model").asText(),
            each.get("precision").asText(),
            number(each.get("loss"), "%.6f"),
            small(each.get("loss_difference")) + " <= " + small(each.get("loss_bound")),
            small(each.get("gradient_difference")) + " <= " + small(each.get("gradient_bound")),
            each.get("worst_parameter").asText(),
            verdict(each));
      }
    }
  }

  private void resumedRuns() {
    List<JsonNode> runs = section("resumed_runs", "Runs that were killed and resumed");
    if (!runs.isEmpty()) {
      head("method", "steps", "resumed after", "same losses", "same weights and moments");
      for (JsonNode each : runs) {
        row(
            each.get("method").asText(),
            each.get("steps"),
            each.get("resumed_after"),
            each.get("same_losses").asBoolean() ? "yes" : "**NO**",
            each.get("same_weights_and_moments").asBoolean() ? "yes" : "**NO**");
      }
    }
  }

  private void steps() {
    List<JsonNode> steps = section("steps", "Training steps");
    if (!steps.isEmpty()) {
      head(
          "method",
          "model",
          "batch",
          "operands",
          "MTO",
          "ms, median",
          "fastest",
          "images/s",
          "TFLOP/s",
          "peak MiB",
          "MiB taken in all",
          "graphs started");
      for (JsonNode each : steps) {
        for (String mto : List.of("without_mto", "with_mto")) {
          JsonNode half = each.get(mto);
          row(
              each.get("method").asText(),
              each.get("model").asText(),
              each.get("batch"),
              each.get("precision").asText(),
              mto.equals("with_mto") ? "on" : "off",
              number(half.get("ms_median"), "%.1f"),
              number(half.get("ms_min"), "%.1f"),
              number(half.get("images_per_s"), "%.1f"),
              String.format(
                  Locale.ROOT,
                  "%.4g",
                  half.get("tflop").asDouble() / half.get("ms_median").asDouble() * 1e3),
              number(half.get("peak_mb"), "%.0f"),
              number(half.get("taken_mb"), "%.0f"),
              half.get("graphs_started"));
        }
      }
    }
  }

  private void peers() {
    List<JsonNode> peers =
        section("peers", "The same steps without MTO by PyTorch, " + report.path("peer").asText());
    if (!peers.isEmpty()) {
      head(
          "method",
          "batch",
          "operands",
          "how",
          "ms, median",
          "fastest",
          "images/s",
          "ours over it",
          "peak MiB");
      for (JsonNode each : peers) {
        row(
            each.get("method").asText(),
            each.get("batch"),
            each.get("precision").asText(),
            each.get("how").asText(),
            number(each.get("ms_median"), "%.1f"),
            number(each.get("ms_min"), "%.1f"),
            number(each.get("images_per_s"), "%.1f"),
            number(each.get("ours_over_it"), "%.2f"),
            number(each.get("peak_mb"), "%.0f"));
      }
    }
  }

  private void profiles() {
    for (JsonNode each :
        section("profiles", "Forward and backward by kind of operation, each waited for")) {
      double total = 0;
      for (JsonNode ms : each.get("ms")) {
        total += ms.asDouble();
      }
      lines.format(
          "%n%s, %s, %s images: %.1f ms%n%n",
          each.get("method").asText(), each.get("precision").asText(), each.get("batch"), total);
      head("operation", "ms", "share");
      double all = total;
      each.get("ms")
          .fields()
          .forEachRemaining(
              kind ->
                  row(
                      kind.getKey(),
                      number(kind.getValue(), "%.3f"),
                      String.format(
                          Locale.ROOT, "%.1f %%", 100 * kind.getValue().asDouble() / all)));
    }
  }
}
