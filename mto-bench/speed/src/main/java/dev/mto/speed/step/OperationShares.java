package dev.mto.speed.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Where the time of our forward and backward pass goes.
 *
 * @param name of the case, with {@code -mto} where MTO is on
 * @param milliseconds by kind of operation, the most expensive first; empty where the graph is not
 *     run by a compiled plan
 */
record OperationShares(String name, Map<String, Double> milliseconds) {
  private static final int PASSES = 5;

  OperationShares {
    Map<String, Double> sorted = new LinkedHashMap<>();
    milliseconds.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    milliseconds = sorted;
  }

  /** Measures a case in a process of its own. */
  static OperationShares measure(BenchmarkCase benchmark, boolean mto, Children children) {
    try (ChildProcess process = children.ours(benchmark, mto)) {
      JsonNode answer = process.ask("profile " + PASSES).get("ms");
      Map<String, Double> milliseconds = new LinkedHashMap<>();
      answer.fields().forEachRemaining(e -> milliseconds.put(e.getKey(), e.getValue().asDouble()));
      return new OperationShares(benchmark.name(mto), milliseconds);
    }
  }

  private double total() {
    return milliseconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  String table() {
    if (milliseconds.isEmpty()) {
      return name + ": no profile, as the graph is run operation by operation\n";
    }
    StringBuilder text = new StringBuilder();
    Formatter lines = new Formatter(text, Locale.ROOT);
    lines.format("%s: %.1f ms forward and backward%n", name, total());
    milliseconds.forEach(
        (operation, ms) ->
            lines.format("  %-24s %8.2f ms %5.1f %%%n", operation, ms, 100 * ms / total()));
    return text.toString();
  }

  void write(ArrayNode profiles) {
    ArrayNode operations = profiles.addObject().put("name", name).putArray("operations");
    milliseconds.forEach(
        (operation, ms) ->
            operations
                .addObject()
                .put("operation", operation)
                .put("ms", ms)
                .put("share", ms / total()));
  }
}
