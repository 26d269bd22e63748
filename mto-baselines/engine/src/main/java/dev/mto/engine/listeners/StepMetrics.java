package dev.mto.engine.listeners;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row of {@code metrics.jsonl}.
 *
 * @param step steps done, from 1
 * @param epoch epochs done, with the fraction of the current one
 * @param values numbers and, for heterogeneity, {@code double[]}, by name
 */
public record StepMetrics(long step, double epoch, Map<String, Object> values) {
  private static final String HETEROGENEITY = "heterogeneity";

  /** The values of a row that was kept as JSON, in which arrays have become lists. */
  public static Map<String, Object> values(Map<String, Object> json) {
    Map<String, Object> values = new LinkedHashMap<>(json);
    values.replaceAll(
        (name, value) ->
            value instanceof List<?> numbers
                ? numbers.stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray()
                : value);
    return values;
  }

  /** H⁰…Hᴸ by token group (empty for a method's only one); empty where it was not measured. */
  public Map<String, double[]> heterogeneity() {
    Map<String, double[]> groups = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (name.startsWith(HETEROGENEITY) && value instanceof double[] layers) {
            groups.put(name.substring(HETEROGENEITY.length()).replaceFirst("^\\.", ""), layers);
          }
        });
    return groups;
  }

  /** A number by its name; NaN where there is none. */
  public double number(String name) {
    return values.get(name) instanceof Number n ? n.doubleValue() : Double.NaN;
  }
}
