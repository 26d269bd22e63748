package dev.mto.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** One row of {@code metrics.jsonl}: what was measured at one step. */
public final class MetricsRow {
  private final JsonNode fields;

  MetricsRow(JsonNode fields) {
    this.fields = fields;
  }

  /** The optimizer step. */
  public long step() {
    return fields.path("step").asLong();
  }

  /** The whole epochs done, where the row says so. */
  public OptionalLong epoch() {
    JsonNode epoch = fields.path("epoch");
    return epoch.isNumber() ? OptionalLong.of(epoch.asLong()) : OptionalLong.empty();
  }

  /** The number in field {@code name}, where the row has one. */
  public OptionalDouble number(String name) {
    return number(fields.path(name));
  }

  /** The numbers in field {@code name}, such as H of layers 0 to L; empty where it has none. */
  public double[] numbers(String name) {
    return numbers(fields.path(name));
  }

  /** Receives what a row holds. */
  interface Visitor {
    void number(String name, double value);

    void numbers(String name, double[] values);
  }

  void visit(Visitor visitor) {
    for (Iterator<Map.Entry<String, JsonNode>> all = fields.fields(); all.hasNext(); ) {
      Map.Entry<String, JsonNode> field = all.next();
      if (field.getValue().isArray()) {
        visitor.numbers(field.getKey(), numbers(field.getValue()));
      } else {
        number(field.getValue()).ifPresent(value -> visitor.number(field.getKey(), value));
      }
    }
  }

  private static double[] numbers(JsonNode array) {
    double[] values = new double[array.isArray() ? array.size() : 0];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(array.get(i)).orElse(Double.NaN);
    }
    return values;
  }

  private static OptionalDouble number(JsonNode value) {
    if (value.isNumber()) {
      return OptionalDouble.of(value.asDouble());
    }
    return switch (value.asText()) {
      case "NaN" -> OptionalDouble.of(Double.NaN);
      case "Infinity", "+Infinity" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
      case "-Infinity" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
      default -> OptionalDouble.empty();
    };
  }
}
