package dev.mto.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** One row of {@code metrics.jsonl}: what was measured at one step. */
public final class MetricsRow {
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "+Infinity", "-Infinity");

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
    JsonNode array = fields.path(name);
    double[] values = new double[array.isArray() ? array.size() : 0];
    Arrays.setAll(values, i -> number(array.get(i)).orElse(Double.NaN));
    return values;
  }

  /** The names of all fields. */
  Iterable<String> names() {
    return fields::fieldNames;
  }

  private static OptionalDouble number(JsonNode value) {
    return value.isNumber() || NOT_FINITE.contains(value.asText())
        ? OptionalDouble.of(value.asDouble())
        : OptionalDouble.empty();
  }
}
